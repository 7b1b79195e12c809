namespace LiveLedger.Relay.Tests;

/// <summary>Waits for what is to come about, however slow the machine is.</summary>
internal static class Patience
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        var until = DateTime.UtcNow + s_limit;
        while (!holds())
        {
            Assert.True(DateTime.UtcNow < until, $"not within {s_limit.TotalSeconds} s: {what}");
            await Task.Delay(10);
        }
    }
}

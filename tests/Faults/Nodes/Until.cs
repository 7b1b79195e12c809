using System.Diagnostics;

namespace LiveLedger.Faults.Nodes;

/// <summary>Waiting, not for ever.</summary>
internal static class Until
{
    public static async Task TrueAsync(Func<Task<bool>> condition, string claim)
    {
        var waiting = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(30), $"not in time: {claim}");
            await Task.Delay(50);
        }
    }
}

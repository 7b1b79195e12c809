using System.Text;
using LiveLedger.Harness.Ledgers;

namespace LiveLedger.Ledger.Tests;

internal static class TestEvents
{
    public static NewEvent New(int number = 0) =>
        new(Guid.CreateVersion7(), "test-happened", 1, Encoding.UTF8.GetBytes($$"""{"number":{{number}}}"""), "system");

    /// <summary>Appends so many more to the stream <c>test/one</c>, and waits until a checkpoint covers them.</summary>
    public static async Task PublishAsync(this TestLedger ledger, int count, int atOnce = 100)
    {
        var size = (int)ledger.Log.Head().Size.Value;
        for (var left = count; left > 0; left -= atOnce)
        {
            await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [.. Enumerable.Range(0, Math.Min(left, atOnce)).Select(New)]);
        }

        await ledger.UntilPublishedAsync(size + count);
    }
}

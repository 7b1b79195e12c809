using System.Text;

namespace LiveLedger.Ledger.Tests;

internal static class TestEvents
{
    public static NewEvent New(int number = 0) =>
        new(Guid.CreateVersion7(), "test-happened", 1, Encoding.UTF8.GetBytes($$"""{"number":{{number}}}"""), "system");
}

using LiveLedger.Cli.Demo;
namespace LiveLedger.Cli.Check;
internal static class CheckRun
{
    internal static Task<int> RunAsync(DemoTerms terms, bool json, CancellationToken cancellation) => Task.FromResult(terms is null || json || cancellation.IsCancellationRequested ? 1 : 3);
}

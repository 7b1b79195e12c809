namespace LiveLedger.Cli.Rest;

/// <summary>The server said no, and why. Its word alone: nothing was verified, so by itself it is no verdict.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="problem">The problem's code, e.g. <c>signer-missing</c>; the empty string if it named none.</param>
/// <param name="detail">The sentence for a person.</param>
internal sealed class ServerRefusal(int status, string problem, string detail)
    : CommandFailure($"the server refused: {Output.Word(detail)}{(problem.Length > 0 ? $" ({Output.Word(problem)})" : "")}")
{
    internal int Status { get; } = status;

    internal string Problem { get; } = problem;
}

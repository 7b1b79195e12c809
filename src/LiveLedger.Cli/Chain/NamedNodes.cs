using LiveLedger.Chain;
using LiveLedger.ChainNodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiveLedger.Cli.Chain;

/// <summary>Nodes that a person names. Their addresses may hold what opens them, so none is ever shown whole.</summary>
internal static class NamedNodes
{
    private const int Most = 8;

    internal static NodeAddress Parse(string? text, string option) => NodeAddress.TryParse(text, out var address)
        ? address
        : throw new CommandFailure($"{option} is an address of http or https", ExitCode.Usage);

    internal static IReadOnlyList<NodeAddress> ParseAll(IReadOnlyList<string>? texts, string option) => texts is { Count: >= 1 and <= Most }
        ? [.. texts.Select(t => Parse(t, option))]
        : throw new CommandFailure($"{option}: 1 to {Most} addresses", ExitCode.Usage);

    /// <summary>The nodes of a chain; one that is of another is not listened to.</summary>
    internal static ChainNode Open(ChainId chain, IReadOnlyList<NodeAddress> nodes, bool asksChain = true) =>
        new(new() { Chain = chain, Nodes = nodes, AsksChain = asksChain }, TimeProvider.System, NullLogger<ChainNode>.Instance);

    /// <summary>The chain that they say they are of.</summary>
    /// <exception cref="ChainException">None of them says.</exception>
    /// <exception cref="CommandFailure">They are of several.</exception>
    internal static async Task<ChainId> ChainOfAsync(IReadOnlyList<NodeAddress> nodes, CancellationToken cancellation)
    {
        using var asked = Open(default, nodes, asksChain: false);
        var looks = await asked.LookAsync(cancellation);
        return looks.Where(static l => l.Chain is not null).Select(static l => l.Chain!.Value).Distinct().ToArray() switch
        {
            [var one] => one,
            [] => throw looks[0].Problem!,
            _ => throw new CommandFailure($"the nodes are of different chains: {string.Join(", ", looks.Select(static l => $"{l.Node} of {l.Chain?.ToString() ?? "none that it says"}"))}", ExitCode.Usage),
        };
    }
}

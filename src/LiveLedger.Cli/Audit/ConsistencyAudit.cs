using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>
/// Proves from the tiles that an older tree is the beginning of a newer one, and that of the tree that is signed now. A root that nobody
/// brings is computed, and then the signed root at the end is what speaks for it.
/// </summary>
internal static class ConsistencyAudit
{
    internal static async Task<AuditVerdict> RunAsync(
        HttpClient http, Uri server, string older, string? newer, Trust trust, CancellationToken cancellation)
    {
        var log = await SignedLog.OpenAsync(http, server, trust, cancellation);
        var from = TreeClaim.Read(older, log.Key);
        var to = newer is null ? new(log.Head.Size, log.Head.Root) : TreeClaim.Read(newer, log.Key);
        // A signed tree that is larger than the one signed now: nothing is left to prove, however A and B stand to each other.
        if (Array.Find([from, to], c => c.Root is not null && c.Size.Value > log.Head.Size.Value) is { } lost)
        {
            return AuditVerdict.False($"the log has shrunk: {log.Head.Size} entries now, {lost.Size} were signed for", log.Speakers);
        }

        if (from.Size.Value == 0 || from.Size.Value > to.Size.Value)
        {
            throw new CommandFailure("A is the older tree, of 1 entry or more, and B the newer", ExitCode.Usage);
        }

        if (to.Size.Value > log.Head.Size.Value)
        {
            throw new CommandFailure($"the signed tree has {log.Head.Size} entries");
        }

        var (a, b, finding) = await ProveAsync(log, from, to, cancellation);
        return finding is not null
            ? AuditVerdict.False(finding, [$"size {from.Size}, root {a}", $"size {to.Size}, root {b}", $"signed now: size {log.Head.Size}, root {log.Head.Root}", .. log.Speakers])
            : new(true, $"the first {from.Size} entries are the same in the tree of size {to.Size}, and in the signed one of size {log.Head.Size}",
                [$"root {a}{(from.Root is null ? "" : " (signed)")} of size {from.Size}", $"root {b}{(to.Root is null ? "" : " (signed)")} of size {to.Size}", .. log.Speakers],
                new Dictionary<string, object?>
                {
                    ["from"] = from.Size.Value,
                    ["fromRoot"] = a.ToString(),
                    ["to"] = to.Size.Value,
                    ["toRoot"] = b.ToString(),
                    ["size"] = log.Head.Size.Value,
                    ["root"] = log.Head.Root.ToString(),
                    ["key"] = log.Key.ToString(),
                });
    }

    // Three trees in a row, and a proof for each step: the last root is signed, so each step speaks for the root before it.
    private static async Task<(RootHash From, RootHash To, string? Finding)> ProveAsync(SignedLog log, TreeClaim from, TreeClaim to, CancellationToken cancellation)
    {
        var size = log.Head.Size;
        var tiles = await log.Reader.TilesAsync(
            size,
            [
                .. CompactRange.NodesOf(from.Size), .. CompactRange.NodesOf(to.Size),
                .. ConsistencyProof.NodesFor(from.Size, to.Size), .. ConsistencyProof.NodesFor(to.Size, size),
            ], cancellation);
        var a = from.Root ?? CompactRange.Of(from.Size, tiles.Node).Root();
        var b = to.Root ?? (to.Size == size ? log.Head.Root : CompactRange.Of(to.Size, tiles.Node).Root());
        var step = ConsistencyProof.Compute(to.Size, size, tiles.Node).Verify(b, log.Head.Root);
        if (step != ProofResult.Valid)
        {
            return (a, b, $"the log was rewritten: the tree of size {to.Size} is not the beginning of the one signed now ({step})");
        }

        step = ConsistencyProof.Compute(from.Size, to.Size, tiles.Node).Verify(a, b);
        return (a, b, step == ProofResult.Valid ? null : $"the log was rewritten: the tree of size {from.Size} is not the beginning of that of size {to.Size} ({step})");
    }
}

using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>
/// Trees that a log has signed in front of a follower who could not believe them yet: the tiles that prove them were not served, or too few
/// witnesses had cosigned. The log stands by them all the same, so each later tree must have them at its beginning.
/// </summary>
internal sealed class SignedTrees
{
    // A log that proves nothing for hours of looks is not kept count of for ever.
    private const int Most = 4096;

    private readonly List<TreeHead> _open = [];
    private TreeHead? _uncounted;

    /// <summary>The latest tree that is not believed; null if there is none.</summary>
    internal TreeHead? Open => _uncounted ?? (_open.Count > 0 ? _open[^1] : null);

    /// <summary>Holds a tree that the log has signed against the remembered one and against all that are open.</summary>
    /// <exception cref="VerifiedFalse">The log has shrunk, forked or was rewritten.</exception>
    /// <exception cref="NotProven">The log does not serve what would prove that it has not.</exception>
    internal async Task TakeAsync(SignedLog log, TreeHead? remembered, CancellationToken cancellation)
    {
        var head = log.Head;
        TreeHead[] earlier = [.. remembered is { } known ? [known] : (TreeHead[])[], .. _open];
        foreach (var one in earlier)
        {
            if (head.Size.Value < one.Size.Value)
            {
                throw new VerifiedFalse($"the log has shrunk: {head.Size} entries now, {one.Size} {(one == remembered ? "remembered" : "signed for before")}");
            }

            if (head.Size == one.Size && head.Root != one.Root)
            {
                throw new VerifiedFalse($"the log has forked: two signed trees of size {one.Size}, with the roots {one.Root} and {head.Root}");
            }
        }

        if (!earlier.Contains(head))
        {
            Keep(head);
        }

        // Every tree extends the empty one, and no proof says so (RFC 9162 §2.1.4).
        await ProveAsync(log, [.. earlier.Where(e => e.Size.Value > 0 && e.Size != head.Size)], cancellation);

        // They are the beginning of this one: what becomes of it becomes of them.
        _open.Clear();
        if (head != remembered)
        {
            _open.Add(head);
        }
    }

    /// <summary>The tree that was taken last is believed, and with it those that it was proven to extend.</summary>
    internal void Settle() => _open.Clear();

    private void Keep(TreeHead head)
    {
        if (_open.Count < Most)
        {
            _open.Add(head);
        }
        else
        {
            _uncounted = head;
        }
    }

    private static async Task ProveAsync(SignedLog log, TreeHead[] earlier, CancellationToken cancellation)
    {
        var size = log.Head.Size;
        TileReader tiles;
        try
        {
            tiles = await log.Reader.TilesAsync(size, earlier.SelectMany(e => ConsistencyProof.NodesFor(e.Size, size)), cancellation);
        }
        catch (CommandFailure failure)
        {
            throw new NotProven(log.Head, failure.Message);
        }

        foreach (var one in earlier)
        {
            var proven = tiles.Consistency(one.Size).Verify(one.Root, log.Head.Root);
            if (proven != ProofResult.Valid)
            {
                throw new VerifiedFalse($"the log was rewritten: its tree of size {size} does not extend the one of size {one.Size} that it signed before ({proven})");
            }
        }
    }
}

/// <summary>A tree that the log has signed, and does not prove.</summary>
internal sealed class NotProven(TreeHead head, string why) : CommandFailure(why)
{
    internal TreeHead Head { get; } = head;
}

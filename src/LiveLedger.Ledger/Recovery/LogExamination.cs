using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Journal;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Recovery;

/// <summary>What is left of a log, and what it has promised.</summary>
/// <param name="DatabaseSize">Leaves in the database.</param>
/// <param name="Size">Leaves in the database together with what the journal has after them.</param>
/// <param name="Journal">What the journal holds: its first index and the one after its last, as far as it goes without a gap; null for nothing.</param>
/// <param name="Promises">Each tree that our key has signed, and what was found.</param>
/// <param name="Differs">Lowest index at which database and journal hold different leaves; null if they were not compared or agree.</param>
/// <param name="SignedUnknown">True if the database knows that there was a checkpoint, and nobody shows one.</param>
internal sealed record LogExamination(ulong DatabaseSize, ulong Size, (ulong First, ulong End)? Journal, IReadOnlyList<(Promise Promise, PromiseState State)> Promises,
    ulong? Differs, bool SignedUnknown)
{
    /// <summary>Events that the journal has and the database has not.</summary>
    public ulong Missing => Size - DatabaseSize;

    /// <summary>True if every promise is kept once the journal's events are back in the database.</summary>
    public bool CanRollForward => Differs is null && Promises.All(p => p.State == PromiseState.Kept)
        // With no checkpoint anywhere the journal itself must show that nothing was promised which the database does not hold: it is on disk
        // before each signature.
        && (!SignedUnknown || Journal is { First: 0 });

    /// <summary>Reads every leaf, and the journal from where it is needed. Changes nothing.</summary>
    public static async Task<LogExamination> OfAsync(LogTables tables, JournalReader? journal, IReadOnlyList<Promise> promises, Action<ulong, ulong> progress, CancellationToken cancel)
    {
        var (databaseSize, signed, _) = await tables.ReadHeadAsync(cancel);
        var span = journal?.Span();
        var all = Math.Max(databaseSize, span?.End ?? 0);
        var tree = new LogTree();
        var states = new List<(Promise, PromiseState)>();
        var due = new Queue<Promise>(promises);
        Judge();
        while (tree.Size < databaseSize)
        {
            await tables.GrowAsync(tree, Math.Min(databaseSize, Math.Min(Due(), tree.Size + 100_000)), cancel);
            Judge();
        }

        foreach (var (_, e) in journal?.From(databaseSize) ?? [])
        {
            cancel.ThrowIfCancellationRequested();
            tree.Append(LeafHash.Of(e.Entry.Span));
            Judge();
        }

        states.AddRange(due.Select(p => (p, PromiseState.BeyondEverything)));
        var unknown = signed && promises.Count == 0;
        var doubt = unknown || states.Any(s => s.Item2 == PromiseState.Broken);
        var differs = doubt && journal is not null ? await DifferenceAsync(tables, journal, span?.First ?? 0, databaseSize, cancel) : null;
        return new(databaseSize, tree.Size, span, states, differs, unknown);

        ulong Due() => due.TryPeek(out var next) && next.Head.Size.Value > tree.Size ? next.Head.Size.Value : ulong.MaxValue;

        void Judge()
        {
            while (due.TryPeek(out var next) && next.Head.Size.Value == tree.Size)
            {
                states.Add((due.Dequeue(), next.Head.Root == tree.Head.Root ? PromiseState.Kept : PromiseState.Broken));
            }

            if (tree.Size % 10_000 == 0 || tree.Size == all)
            {
                _ = tree.TakeFinished();
                progress(tree.Size, all);
            }
        }
    }

    private static async Task<ulong?> DifferenceAsync(LogTables tables, JournalReader journal, ulong first, ulong databaseSize, CancellationToken cancel)
    {
        const int page = 20_000;
        IReadOnlyList<LeafHash> leaves = [];
        var from = first;
        foreach (var (index, e) in journal.From(first))
        {
            if (index.Value >= databaseSize)
            {
                break;
            }

            if (index.Value - from >= (ulong)leaves.Count)
            {
                from = index.Value;
                leaves = await tables.ReadLeavesAsync(from, Math.Min(databaseSize, from + page), cancel);
            }

            if (leaves[(int)(index.Value - from)] != LeafHash.Of(e.Entry.Span))
            {
                return index.Value;
            }
        }

        return null;
    }
}

/// <summary>What became of a promise.</summary>
internal enum PromiseState
{
    /// <summary>Database and journal have that tree.</summary>
    Kept,

    /// <summary>They have another tree of that size.</summary>
    Broken,

    /// <summary>They have fewer events than were promised.</summary>
    BeyondEverything,
}

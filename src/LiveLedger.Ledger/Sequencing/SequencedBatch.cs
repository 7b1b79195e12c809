using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Sequencing;

/// <summary>Events that got their indexes in one statement.</summary>
/// <param name="First">The first one's index.</param>
/// <param name="Positions">Their positions, ascending: the event at <c>Positions[i]</c> has index <c>First + i</c>.</param>
/// <param name="Hashes">Their leaf hashes, in the same order.</param>
internal readonly record struct SequencedBatch(ulong First, long[] Positions, byte[][] Hashes)
{
    public int Count => Positions.Length;

    public LedgerIndex? Find(long position) => Array.BinarySearch(Positions, position) is >= 0 and var i ? new(First + (ulong)i) : null;
}

/// <summary>
/// The last batches of this process's sequencer: who has just appended finds the index here rather than by a query for each append. Not
/// thread-safe.
/// </summary>
internal sealed class RecentBatches
{
    // At 25 ms a batch this is a second and a half; who asks later asks the database.
    private readonly SequencedBatch[] _ring = new SequencedBatch[64];
    private long _next;

    public void Add(SequencedBatch batch) => _ring[_next++ % _ring.Length] = batch with { Hashes = [] };

    public LedgerIndex[]? Find(ReadOnlySpan<long> positions)
    {
        var found = new LedgerIndex[positions.Length];
        for (var i = 0; i < positions.Length; i++)
        {
            if (Find(positions[i]) is not { } index)
            {
                return null;
            }

            found[i] = index;
        }

        return found;
    }

    private LedgerIndex? Find(long position)
    {
        for (var back = 1; back <= Math.Min(_next, _ring.Length); back++)
        {
            if (_ring[(_next - back) % _ring.Length].Find(position) is { } index)
            {
                return index;
            }
        }

        return null;
    }
}

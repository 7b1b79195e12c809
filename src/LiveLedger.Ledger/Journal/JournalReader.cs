using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Journal;

/// <summary>The journal as one sequence of events by index, whoever wrote its files.</summary>
internal sealed class JournalReader(string folder)
{
    /// <summary>The index after its last event, and that event; null if there is none. Reads the last files only.</summary>
    public (ulong End, JournaledEvent Last)? Tail()
    {
        var files = JournalFile.In(folder);
        (ulong End, JournaledEvent Last)? tail = null;

        // A leader that was cut off may have written past the beginning of its follower's file, but no file is longer than MaxEvents. One that is
        // just full counts too: a crash right after the next was begun leaves that one empty.
        foreach (var file in files.Where(f => f.First + JournalFile.MaxEvents >= files[^1].First))
        {
            var end = file.First;
            JournaledEvent? last = null;
            foreach (var e in file.Read())
            {
                (end, last) = (end + 1, e);
            }

            if (last is not null && end > (tail?.End ?? 0))
            {
                tail = (end, last);
            }
        }

        return tail;
    }

    /// <summary>Its first index, and the one after its last as far as it goes from there without a gap; null if it holds nothing. Reads all of it.</summary>
    public (ulong First, ulong End)? Span()
    {
        if (JournalFile.In(folder) is not [var first, ..])
        {
            return null;
        }

        var end = first.First;
        foreach (var (index, _) in From(end))
        {
            end = index.Value + 1;
        }

        return end > first.First ? (first.First, end) : null;
    }

    /// <summary>The events from an index on, as far as they go without a gap.</summary>
    public IEnumerable<(LedgerIndex Index, JournaledEvent Event)> From(ulong index)
    {
        var next = index;
        foreach (var file in JournalFile.In(folder).Where(f => f.First + JournalFile.MaxEvents > index))
        {
            if (file.First > next)
            {
                yield break;
            }

            var at = file.First;
            foreach (var e in file.Read())
            {
                if (at++ == next)
                {
                    yield return (new(next++), e);
                }
            }
        }
    }
}

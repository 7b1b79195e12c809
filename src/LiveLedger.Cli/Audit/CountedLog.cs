using System.Globalization;
using LiveLedger.Media;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>Reads a signed log to its head, and remembers which entries a broadcast's standings have to be counted from, up to the event that a server's word is of.</summary>
/// <param name="broadcast">Which.</param>
/// <param name="last">The event that the word is of.</param>
internal sealed class CountedLog(BroadcastId broadcast, ulong last)
{
    // A word is of a moment ago. What was in the log for so long before others were, it had to count.
    private static readonly TimeSpan s_lag = TimeSpan.FromSeconds(30);

    private readonly Dictionary<ulong, LeafHash> _owed = [];
    private DateTimeOffset _newest = DateTimeOffset.MinValue;
    private (ulong Index, LedgerEntry Entry)? _passedOver;

    /// <summary>Why the word is older than it may be; null if it is not. Servers' clocks differ and a projection may be slow: whoever asks again soon has a newer word of an honest server.</summary>
    internal string? Stale { get; private set; }

    /// <summary>Reads every entry.</summary>
    /// <exception cref="VerifiedFalse">They do not hash to the head.</exception>
    internal async Task ReadAsync(SignedLog log, CancellationToken cancellation)
    {
        var tree = new CompactRange();
        await foreach (var bytes in log.Reader.EntriesAsync(log.Head.Size.Value, cancellation))
        {
            var (index, leaf) = (tree.Size.Value, LeafHash.Of(bytes.Span));
            tree.Append(leaf);
            if (LedgerEntry.TryParse(bytes.Span, out var entry))
            {
                Take(index, leaf, entry);
            }
        }

        if (tree.Head != log.Head)
        {
            throw new VerifiedFalse($"the entries hash to {tree.Root()}, the checkpoint says {log.Head.Root}");
        }

        if (_passedOver is { Entry: var left, Index: var at } && left.RecordedAt + s_lag < _newest)
        {
            Stale = string.Create(CultureInfo.InvariantCulture,
                $"the server's word is of event {last} and leaves out event {at}, {left.Type} of {left.RecordedAt:HH:mm:ss}, though the signed log goes on to {_newest:HH:mm:ss}");
        }
    }

    /// <summary>Settles one event; false if it is not among those that have to be shown, or was shown before.</summary>
    internal bool Settle(ShownEvent shown) => _owed.TryGetValue(shown.Index, out var leaf) && leaf == LeafHash.Of(shown.Entry) && _owed.Remove(shown.Index);

    /// <summary>All of them were shown.</summary>
    /// <exception cref="VerifiedFalse">Some were not.</exception>
    internal void RequireSettled()
    {
        if (_owed.Count > 0)
        {
            throw new VerifiedFalse($"{_owed.Count} events of the broadcast are in the log and were not shown, the first at index {_owed.Keys.Min()}");
        }
    }

    private void Take(ulong index, LeafHash leaf, LedgerEntry entry)
    {
        var counts = CountedStreams.Hold(entry, broadcast);
        if (index <= last)
        {
            if (counts)
            {
                _owed[index] = leaf;
            }

            return;
        }

        _newest = entry.RecordedAt > _newest ? entry.RecordedAt : _newest;
        if (counts && (_passedOver is not { Entry: var oldest } || entry.RecordedAt < oldest.RecordedAt))
        {
            _passedOver = (index, entry);
        }
    }
}

using LiveLedger.Cryptography;
using LiveLedger.Relay.Objects;

namespace LiveLedger.Relay.Broadcasts;

/// <summary>
/// Finds the record that states an init segment's hash. Who asks for <c>init-2-7.mp4</c> names no segment, but epochs and key periods only grow along a track: so a record of the
/// period is found by doubling and halving, in some twenty questions, most of which have been asked before.
/// </summary>
internal sealed class InitSearch(RelayedBroadcast broadcast)
{
    /// <summary>The hash, or why there is none.</summary>
    public async Task<(Sha256Hash? Hash, RelayRefusal? Refusal)> HashOfAsync(ObjectName init, CancellationToken cancellation)
    {
        if (broadcast.Book.TryGetHash(init, out var known))
        {
            return (known, null);
        }

        // Up in doubling steps, to the first that is not before the period; then between that and the last that is.
        var (before, behind) = (-1L, 0L);
        for (var up = true; behind - before > 1 || up;)
        {
            var at = up ? behind : (before + behind) / 2;
            var (order, refusal) = await CompareAsync(init, (uint)at, cancellation);
            if (refusal is not null)
            {
                return (null, refusal);
            }

            if (broadcast.Book.TryGetHash(init, out known))
            {
                return (known, null);
            }

            (before, behind) = order < 0 ? (at, up ? Math.Min(2 * at + 1, uint.MaxValue) : behind) : (before, at);
            up = up && order < 0 && at < uint.MaxValue;
        }

        return (null, RelayRefusal.UnknownObject);
    }

    // Negative if the record is of an earlier period; positive if it is of a later one, or does not exist yet.
    private async Task<(int Order, RelayRefusal? Refusal)> CompareAsync(ObjectName init, uint sequence, CancellationToken cancellation)
    {
        var found = await broadcast.GetAsync(ObjectName.Record(broadcast.Id, init.Track, sequence), cancellation);
        if (found.Object?.Record?.Record is { } record)
        {
            return ((record.Epoch, record.CryptoPeriod).CompareTo((init.Number, init.Period)), null);
        }

        return found.Refusal == RelayRefusal.UnknownObject ? (1, null) : (0, found.Refusal);
    }
}

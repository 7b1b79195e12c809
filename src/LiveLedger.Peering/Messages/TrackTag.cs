using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LiveLedger.Media;

namespace LiveLedger.Peering.Messages;

/// <summary>
/// A track in messages: the first 8 bytes of a hash of this protocol, the broadcast and the track's name, so that what is numbered differently is never mixed.
/// </summary>
public readonly record struct TrackTag(ulong Value)
{
    /// <summary>The tag of a track.</summary>
    public static TrackTag Of(BroadcastId broadcast, TrackName track) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.ASCII.GetBytes($"liveledger track v1\n{broadcast}\n{track}"))));

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x16");
}

/// <summary>A segment in messages.</summary>
/// <param name="Track">Its track.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Sequence">Its sequence.</param>
public readonly record struct SegmentName(TrackTag Track, uint Epoch, uint Sequence)
{
    internal const int Length = 16;

    internal static bool TryTake(ref WireReader from, out SegmentName name)
    {
        name = default;
        if (!from.TryTake(out ulong track) || !from.TryTake(out uint epoch) || !from.TryTake(out uint sequence))
        {
            return false;
        }

        name = new(new(track), epoch, sequence);
        return true;
    }

    internal void Put(ref WireWriter to)
    {
        to.Put(Track.Value);
        to.Put(Epoch);
        to.Put(Sequence);
    }
}

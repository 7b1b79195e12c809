using LiveLedger.Peering.Messages;

namespace LiveLedger.Peering.Reputation;

/// <summary>What a receiver has given credit for: of each segment no more than there is of it, and of each epoch no more than one share, whoever it names.</summary>
internal sealed class ReceiverCredit
{
    /// <summary>Shares given in each epoch, Q16.</summary>
    public EpochSums Given { get; } = new();

    public Dictionary<TrackTag, CreditedTrack> Tracks { get; } = [];

    /// <summary>The log's time when it last gave any, ms.</summary>
    public long At { get; set; }

    public CreditedTrack Of(TrackTag track)
    {
        if (!Tracks.TryGetValue(track, out var found))
        {
            Tracks[track] = found = new();
        }

        return found;
    }

    /// <summary>Gives up to a share of an epoch; how much it was.</summary>
    public long Give(long epoch, long share)
    {
        var given = Math.Min(share, Formula.One - Given.Of(epoch));
        if (given > 0)
        {
            Given.Add(epoch, given);
        }

        return Math.Max(0, given);
    }
}

/// <summary>Chunks that a receiver has credited of each of a track's newest segments.</summary>
internal sealed class CreditedTrack
{
    public ushort[] Chunks { get; } = new ushort[Formula.RingLength];

    public uint Newest { get; set; }

    /// <summary>Credits chunks of a segment of <paramref name="whole"/>; those before, and those that are new.</summary>
    public (int Before, int New) Credit(uint sequence, int chunks, int whole)
    {
        if (sequence > Newest)
        {
            // The places between are of segments long gone.
            var passed = Math.Min(sequence - Newest, Formula.RingLength);
            for (var n = 0u; n < passed; n++)
            {
                Chunks[(sequence - n) % Formula.RingLength] = 0;
            }

            Newest = sequence;
        }
        else if (Newest - sequence >= Formula.RingLength)
        {
            return (whole, 0);
        }

        ref var credited = ref Chunks[sequence % Formula.RingLength];
        var before = (int)credited;
        var added = Math.Max(0, Math.Min(chunks, whole - before));
        credited = (ushort)(before + added);
        return (before, added);
    }
}

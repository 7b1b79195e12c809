using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Media.Packaging;

namespace LiveLedger.Broadcasting.Pipeline;

/// <summary>The pipeline's answers to a publisher.</summary>
internal static class Refusals
{
    public static readonly Refusal NotLive = new(403, "broadcast-not-live", "The broadcast is not live; start it first. An ended broadcast takes no more segments.");

    /// <summary>No refusal to the publisher: the segment is there already.</summary>
    public static readonly Refusal SentAgain = new(200, "segment-sent-again", "The segment is there already.");

    public static readonly Refusal BeyondClock = new(400, "decode-time-out-of-range", "The decode time (tfdt) runs ahead of the clock by more than a minute.");

    /// <summary>RFC 9110 §15.5.20: the request came to a server that cannot answer for the target.</summary>
    public static readonly Refusal LiveElsewhere = new(421, "broadcast-elsewhere", "Another server of this platform has the broadcast; send this there.");

    public static readonly Refusal SignerExpired = new(403, "signer-expired", "The signer certificate of this broadcast is no longer valid: no player would believe a record.");

    public static readonly Refusal TooManyTracks = new(403, "too-many-tracks", $"A broadcast has at most {Origin.Recording.MaxTracks} tracks.");

    public static Refusal OutOfOrder(TrackName track) => new(
        400, "segment-out-of-order",
        $"The segment's decode time lies before the end of track {track}; a publisher that begins anew sends its init segment first.");
}

/// <summary>A media fault as the answer the ingest rules want: 415 for what we do not carry, 400 for the rest.</summary>
internal static class FaultRefusal
{
    public static Refusal Of(MediaFault fault) => new(fault.Code == "codec-unsupported" ? 415 : 400, fault.Code, fault.Detail);
}

/// <summary>No space left on the recordings' disk.</summary>
internal static class DiskFull
{
    private const int NoSpace = 28; // ENOSPC
    private const int Quota = 122; // EDQUOT

    public static readonly Refusal Refusal = new(507, "disk-full", "The server's disk is full: the segment was not recorded.")
    {
        RetryAfter = TimeSpan.FromSeconds(10),
    };

    public static bool Is(IOException e) => (e.HResult & 0xFFFF) is NoSpace or Quota;
}

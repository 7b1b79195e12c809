using LiveLedger.Cryptography;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Peering.Messages;

namespace LiveLedger.Peering.Receipts;

/// <summary>What a receiver says that it was sent over a link and found good (docs/formats/receipts.md). Within a period of the link each newer one supersedes the last.</summary>
public sealed record Receipt
{
    /// <summary>Most runs.</summary>
    public const int MaxRuns = 64;

    /// <summary>Most lines, of all runs together.</summary>
    public const int MaxLines = 512;

    /// <summary>Most bytes that a link is said to have carried: a number that every reader can hold (RFC 8259 §6).</summary>
    public const long MaxTotalBytes = 1L << 53;

    /// <summary>A period is no longer than this.</summary>
    public static readonly TimeSpan LongestPeriod = TimeSpan.FromSeconds(60);

    // 9999-12-31T23:59:59.999Z; beyond it no clock of ours can count.
    internal const long MaxTime = 253_402_300_799_999;

    internal const int HeadLength = BroadcastId.Length + 3 * Bytes32.Length + 2 * sizeof(uint) + 3 * sizeof(ulong) + sizeof(ushort);

    /// <summary>The swarm.</summary>
    public required BroadcastId Broadcast { get; init; }

    /// <summary>Who sent the chunks.</summary>
    public required PeerKey Sender { get; init; }

    /// <summary>Who took them, and signs.</summary>
    public required PeerKey Receiver { get; init; }

    /// <summary>The link that they came over.</summary>
    public required LinkId Link { get; init; }

    /// <summary>The period of the link, from 1.</summary>
    public required uint Period { get; init; }

    /// <summary>The receipt's number within the period, from 1.</summary>
    public required uint Number { get; init; }

    /// <summary>When it was made, by the platform's clock as far as its maker knows it; whole milliseconds. Decides nothing.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Good chunks over this link, in all its periods.</summary>
    public required long TotalChunks { get; init; }

    /// <summary>Their bytes.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>What was delivered in this period, in order.</summary>
    public required IReadOnlyList<ReceiptRun> Runs { get; init; }

    /// <summary>Good chunks of a segment in this period.</summary>
    public int ChunksOf(SegmentName segment)
    {
        foreach (var run in Runs)
        {
            if (run.Track == segment.Track && run.Epoch == segment.Epoch && segment.Sequence >= run.First && segment.Sequence - run.First < (uint)run.Chunks.Length)
            {
                return run.Chunks.Span[(int)(segment.Sequence - run.First)];
            }
        }

        return 0;
    }
}

/// <summary>Segments of one track, one after the other.</summary>
/// <param name="Track">The track.</param>
/// <param name="Epoch">The epoch.</param>
/// <param name="First">The first one's sequence.</param>
/// <param name="Chunks">Of each, how many chunks came and were good: 0–4,096, of the first and the last at least one.</param>
public readonly record struct ReceiptRun(TrackTag Track, uint Epoch, uint First, ReadOnlyMemory<ushort> Chunks)
{
    /// <summary>Most segments of a run.</summary>
    public const int MaxLength = 256;

    internal const int HeadLength = sizeof(ulong) + 2 * sizeof(uint) + sizeof(ushort);

    internal const int MaxChunks = ChunkTree.MaxChunks;
}

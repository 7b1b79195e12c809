using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LiveLedger.Media;
using LiveLedger.Media.Records;

namespace LiveLedger.Cli.Audit;

/// <summary>The address of a segment, and of what stands beside it.</summary>
internal sealed record SegmentAddress
{
    private SegmentAddress(Uri segment, BroadcastId broadcast, TrackName track, uint sequence)
    {
        Segment = segment;
        Slot = new(broadcast, track, sequence);
    }

    internal Uri Segment { get; }

    internal SegmentSlot Slot { get; }

    internal Uri Record => RecordOf(Slot.Sequence);

    internal Uri Signer => new(Segment, "../signer");

    internal static bool TryParse(string? text, [NotNullWhen(true)] out SegmentAddress? address)
    {
        address = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            return false;
        }

        // Anything may stand before /live: a server may sit behind a path of its own.
        if (url.AbsolutePath.Split('/') is not [.., "live", var broadcast, var track, var file]
            || !file.EndsWith(".m4s", StringComparison.Ordinal)
            || !uint.TryParse(file.AsSpan(..^4), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            || !BroadcastId.TryParse(broadcast, out var id) || !TrackName.TryParse(track, out var name))
        {
            return false;
        }

        address = new(url, id, name, sequence);
        return true;
    }

    internal static SegmentAddress For(Uri server, BroadcastId broadcast, TrackName track, uint sequence) =>
        new(new(server, $"/live/{broadcast}/{track}/{sequence}.m4s"), broadcast, track, sequence);

    internal Uri RecordOf(uint sequence) => new(Segment, $"{sequence}.record");

    internal Uri Init(uint epoch, ulong cryptoPeriod) => new(Segment, (epoch, cryptoPeriod) switch
    {
        (0, 0) => "init.mp4",
        (_, 0) => $"init-{epoch}.mp4",
        _ => $"init-{epoch}-{cryptoPeriod}.mp4",
    });
}

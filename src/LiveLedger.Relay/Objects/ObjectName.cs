using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LiveLedger.Media;

namespace LiveLedger.Relay.Objects;

/// <summary>The name of one object, the same at the origin, at every relay and on the disk.</summary>
internal readonly record struct ObjectName
{
    private ObjectName(BroadcastId broadcast, TrackName track, ObjectKind kind, uint number, ulong period) =>
        (Broadcast, Track, Kind, Number, Period) = (broadcast, track, kind, number, period);

    public BroadcastId Broadcast { get; }

    /// <summary>The track; empty for the certificate.</summary>
    public TrackName Track { get; }

    public ObjectKind Kind { get; }

    /// <summary>The sequence of a segment or record, the epoch of an init segment.</summary>
    public uint Number { get; }

    /// <summary>The key period of an init segment.</summary>
    public ulong Period { get; }

    public static ObjectName Signer(BroadcastId broadcast) => new(broadcast, default, ObjectKind.Signer, 0, 0);

    public static ObjectName Record(BroadcastId broadcast, TrackName track, uint sequence) => new(broadcast, track, ObjectKind.Record, sequence, 0);

    public static ObjectName Segment(BroadcastId broadcast, TrackName track, uint sequence) => new(broadcast, track, ObjectKind.Segment, sequence, 0);

    public static ObjectName Init(BroadcastId broadcast, TrackName track, uint epoch, ulong period) => new(broadcast, track, ObjectKind.Init, epoch, period);

    /// <summary>The name of a file in a track's folder; false for anything but the one spelling of an object's name.</summary>
    public static bool TryParse(BroadcastId broadcast, [NotNullWhen(true)] string? track, [NotNullWhen(true)] string? file, out ObjectName name)
    {
        name = default;
        if (!TrackName.TryParse(track, out var named) || file is null || file.LastIndexOf('.') is not (> 0 and var dot))
        {
            return false;
        }

        var stem = file.AsSpan(0, dot);
        switch (file.AsSpan(dot))
        {
            case ".m4s" when TryNumber(stem, out uint sequence):
                name = Segment(broadcast, named, sequence);
                return true;
            case ".record" when TryNumber(stem, out uint sequence):
                name = Record(broadcast, named, sequence);
                return true;
            case ".mp4" when TryInit(stem, out var epoch, out var period):
                name = Init(broadcast, named, epoch, period);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Where it lies below the folder of its broadcast; slashes between.</summary>
    public string Path => Kind switch
    {
        ObjectKind.Signer => "signer",
        ObjectKind.Record => string.Create(CultureInfo.InvariantCulture, $"{Track}/{Number}.record"),
        ObjectKind.Segment => string.Create(CultureInfo.InvariantCulture, $"{Track}/{Number}.m4s"),
        _ when (Number, Period) == (0, 0) => $"{Track}/init.mp4",
        _ when Period == 0 => string.Create(CultureInfo.InvariantCulture, $"{Track}/init-{Number}.mp4"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Track}/init-{Number}-{Period}.mp4"),
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Broadcast}/{Path}";

    private static bool TryInit(ReadOnlySpan<char> stem, out uint epoch, out ulong period)
    {
        (epoch, period) = (0, 0);
        if (stem is "init")
        {
            return true;
        }

        if (!stem.StartsWith("init-", StringComparison.Ordinal))
        {
            return false;
        }

        var rest = stem[5..];
        var dash = rest.IndexOf('-');
        return dash < 0
            ? TryNumber(rest, out epoch) && epoch > 0
            : TryNumber(rest[..dash], out epoch) && rest[(dash + 1)..] is { Length: > 0 } last && last[0] != '0'
                && ulong.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out period);
    }

    // Decimal without leading zeros or signs: one object has one name, and the disk no second copy of it.
    private static bool TryNumber(ReadOnlySpan<char> text, out uint number)
    {
        number = 0;
        return text.Length > 0 && (text.Length == 1 || text[0] != '0') && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}

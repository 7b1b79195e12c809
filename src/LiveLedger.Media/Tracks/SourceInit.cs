using System.Diagnostics.CodeAnalysis;
using LiveLedger.Media.Avc;
using LiveLedger.Media.Boxes;

namespace LiveLedger.Media.Tracks;

/// <summary>What packaging needs of a source's init segment (ISO/IEC 14496-12 §8; CMAF header, ISO/IEC 23000-19 §7.3.1).</summary>
internal sealed record SourceInit
{
    /// <summary>Longest init segment taken, in bytes.</summary>
    public const int MaxLength = 1 << 20;

    public required TrackDescription Description { get; init; }

    public required uint TrackId { get; init; }

    /// <summary>Four-character code of the sample entry.</summary>
    public required uint EntryType { get; init; }

    /// <summary>trex defaults.</summary>
    public required SampleDefaults Defaults { get; init; }

    /// <summary>AVC parameter sets of avcC, and bytes of a NAL length field; null for audio.</summary>
    public required AvcConfiguration? Avc { get; init; }

    /// <summary>Reads ftyp and moov.</summary>
    public static bool TryRead(ReadOnlySpan<byte> init, [NotNullWhen(true)] out SourceInit? source, out MediaFault fault)
    {
        source = null;
        if (init.Length > MaxLength)
        {
            fault = new(MediaFaultCode.InitTooLarge, $"{init.Length} bytes, {MaxLength} is the most");
            return false;
        }

        var top = new BoxReader(init);
        if (!top.TryFind(BoxType.Moov, out var moov))
        {
            fault = top.Fault ?? Missing("moov");
            return false;
        }

        return TryReadMovie(moov.Body, out source, out fault);
    }

    private static bool TryReadMovie(
        ReadOnlySpan<byte> moov, [NotNullWhen(true)] out SourceInit? source, out MediaFault fault)
    {
        source = null;
        ReadOnlySpan<byte> trak = default, mvex = default;
        var tracks = 0;
        var reader = new BoxReader(moov);
        while (reader.TryRead(out var box))
        {
            if (box.Type == BoxType.Trak)
            {
                trak = box.Body;
                tracks++;
            }
            else if (box.Type == BoxType.Mvex)
            {
                mvex = box.Body;
            }
        }

        if (reader.Fault is { } broken)
        {
            fault = broken;
            return false;
        }

        if (tracks != 1)
        {
            fault = new(MediaFaultCode.InitNotSingleTrack, $"{tracks} tracks; one is sent on a path");
            return false;
        }

        if (!TryReadDefaults(mvex, out var trackId, out var defaults, out fault)
            || !TrackReader.TryRead(trak, out var track, out fault))
        {
            return false;
        }

        if (track.TrackId != trackId)
        {
            fault = new(MediaFaultCode.InitNotFragmented, $"trex is of track {trackId}, the track is {track.TrackId}");
            return false;
        }

        source = new()
        {
            Description = track.Description,
            TrackId = trackId,
            EntryType = track.EntryType,
            Defaults = defaults,
            Avc = track.Avc,
        };
        return true;
    }

    private static bool TryReadDefaults(
        ReadOnlySpan<byte> mvex, out uint trackId, out SampleDefaults defaults, out MediaFault fault)
    {
        trackId = 0;
        defaults = default;
        fault = default;
        var reader = new BoxReader(mvex);
        if (!reader.TryFind(BoxType.Trex, out var trex))
        {
            fault = reader.Fault ?? new(MediaFaultCode.InitNotFragmented, "no mvex with a trex");
            return false;
        }

        var fields = new FieldReader(trex.Body);
        fields.Skip(4);
        trackId = fields.U32();
        fields.Skip(4);
        defaults = new(fields.U32(), fields.U32(), fields.U32());
        if (fields.Failed)
        {
            fault = new(MediaFaultCode.BoxTruncated, "trex ends early");
        }

        return !fields.Failed;
    }

    private static MediaFault Missing(string box) => new(MediaFaultCode.InitIncomplete, $"no {box}");
}

using LiveLedger.Media.Protection;

namespace LiveLedger.Media.Tracks;

/// <summary>What manifests and key choice need to know of a track, read from its init segment.</summary>
public abstract record TrackDescription
{
    /// <summary>RFC 6381 codec string, e.g. <c>avc1.64001f</c> or <c>mp4a.40.2</c>.</summary>
    public required string Codec { get; init; }

    /// <summary>Media ticks a second (mdhd).</summary>
    public required uint Timescale { get; init; }

    /// <summary>RFC 5646 language tag, or null if the source says none (<c>und</c>).</summary>
    public string? Language { get; init; }

    /// <summary>Which content key the track takes.</summary>
    public abstract TrackClass Class { get; }
}

/// <summary>A video track.</summary>
public sealed record VideoDescription : TrackDescription
{
    /// <summary>Coded width in pixels, after cropping.</summary>
    public required int Width { get; init; }

    /// <summary>Coded height in pixels, after cropping.</summary>
    public required int Height { get; init; }

    /// <inheritdoc/>
    public override TrackClass Class => Height switch
    {
        <= 576 => TrackClass.Sd,
        <= 1080 => TrackClass.Hd,
        _ => TrackClass.Uhd,
    };
}

/// <summary>An audio track.</summary>
public sealed record AudioDescription : TrackDescription
{
    /// <summary>Samples a second.</summary>
    public required int SampleRate { get; init; }

    /// <summary>Number of channels.</summary>
    public required int Channels { get; init; }

    /// <inheritdoc/>
    public override TrackClass Class => TrackClass.Audio;
}

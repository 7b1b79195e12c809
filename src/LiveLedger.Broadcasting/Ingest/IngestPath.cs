using LiveLedger.Media;

namespace LiveLedger.Broadcasting.Ingest;

/// <summary>What a publisher's path asks for, below <c>/ingest/{broadcast}/</c>.</summary>
internal abstract record IngestPath
{
    /// <summary>Media of a track: <c>{track}/{anything}.m4s</c>, or one long post at <c>{track}.cmfv</c>.</summary>
    public sealed record Media(TrackName Track) : IngestPath;

    /// <summary>A manifest of the publisher's: accepted and not used, ours are our own.</summary>
    public sealed record Manifest : IngestPath;

    private static readonly string[] MediaSuffixes = [".m4s", ".mp4", ".cmfv", ".cmfa", ".m4v", ".m4a", ".cmaf"];
    private static readonly string[] ManifestSuffixes = [".mpd", ".m3u8"];

    /// <summary>Reads the path; null if it names nothing that we take (404).</summary>
    public static IngestPath? Parse(string path)
    {
        var parts = path.Split('/');
        if (parts.Length is 0 or > 2 || path.Length > 256)
        {
            return null;
        }

        var suffix = Path.GetExtension(parts[^1]);
        if (ManifestSuffixes.Contains(suffix, StringComparer.Ordinal))
        {
            return new Manifest();
        }

        // DASH-IF Live Media Ingest allows "Streams(name)" as well; it is deprecated there and not taken here.
        var track = parts.Length == 2 ? parts[0] : Path.GetFileNameWithoutExtension(parts[0]);
        return MediaSuffixes.Contains(suffix, StringComparer.Ordinal) && TrackName.TryParse(track, out var name)
            ? new Media(name)
            : null;
    }
}

using System.Diagnostics.CodeAnalysis;

namespace LiveLedger.Media.Tracks;

/// <summary>Says what a track is, from its init segment.</summary>
public static class InitProbe
{
    /// <summary>Reads a CMAF header of one AVC or AAC track.</summary>
    /// <param name="init">ftyp and moov, whole.</param>
    /// <param name="description">What manifests and key choice need.</param>
    /// <param name="fault">Why it was refused.</param>
    public static bool TryDescribe(
        ReadOnlySpan<byte> init, [NotNullWhen(true)] out TrackDescription? description, out MediaFault fault)
    {
        var isRead = SourceInit.TryRead(init, out var source, out fault);
        description = source?.Description;
        return isRead;
    }
}

namespace LiveLedger.Media;

/// <summary>The codes of <see cref="MediaFault"/>. They are stable: outsiders see them in problem bodies.</summary>
public static class MediaFaultCode
{
    /// <summary>A box ends after its parent, or a field after its box.</summary>
    public const string BoxTruncated = "box-truncated";

    /// <summary>A box size that cannot be: below its own header, or 0 (“to the end of the file”), which no stream can have.</summary>
    public const string BoxSizeInvalid = "box-size-invalid";

    /// <summary>A box above the bound of its kind.</summary>
    public const string BoxTooLarge = "box-too-large";

    /// <summary>A field holds a value its specification excludes, or that is above our bound.</summary>
    public const string BoxFieldInvalid = "box-field-invalid";

    /// <summary>The init segment is above its bound.</summary>
    public const string InitTooLarge = "init-too-large";

    /// <summary>A box that an init segment must have is absent.</summary>
    public const string InitIncomplete = "init-incomplete";

    /// <summary>The init segment has no track or several.</summary>
    public const string InitNotSingleTrack = "init-not-single-track";

    /// <summary>No <c>mvex</c>/<c>trex</c>: a file, not the head of a fragmented stream.</summary>
    public const string InitNotFragmented = "init-not-fragmented";

    /// <summary>Not AVC (avc1, avc3) or AAC (mp4a.40.2, .5, .29), or already encrypted. HTTP 415.</summary>
    public const string CodecUnsupported = "codec-unsupported";

    /// <summary>The segment is above its bound of 64 MiB, before or after packaging.</summary>
    public const string SegmentTooLarge = "segment-too-large";

    /// <summary>The segment has no sample, or no time.</summary>
    public const string SegmentEmpty = "segment-empty";

    /// <summary>A box that a segment must have is absent or stands in the wrong place.</summary>
    public const string SegmentIncomplete = "segment-incomplete";

    /// <summary>More samples or fragments than a segment may have.</summary>
    public const string SegmentTooManySamples = "segment-too-many-samples";

    /// <summary>The fragment is of another track than the init segment.</summary>
    public const string SegmentWrongTrack = "segment-wrong-track";

    /// <summary>Offsets from the start of a file (tfhd base-data-offset), which a segment on its own cannot resolve.</summary>
    public const string SegmentAbsoluteOffsets = "segment-absolute-offsets";

    /// <summary>Decode times that run backwards or out of range.</summary>
    public const string SegmentTimeInvalid = "segment-time-invalid";

    /// <summary>A sample lies outside its <c>mdat</c>, or is empty.</summary>
    public const string SampleOutside = "sample-outside";

    /// <summary>A picture of more slices than <c>saiz</c> can describe.</summary>
    public const string SampleTooManySubsamples = "sample-too-many-subsamples";

    /// <summary>A NAL unit, parameter set or slice header that ITU-T H.264 does not allow.</summary>
    public const string AvcInvalid = "avc-invalid";

    /// <summary>A slice names a parameter set that has not been sent.</summary>
    public const string AvcParameterSetMissing = "avc-parameter-set-missing";

    /// <summary>Data partitioning, SVC, MVC: not in the profiles delivered here.</summary>
    public const string AvcUnsupported = "avc-unsupported";
}

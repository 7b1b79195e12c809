namespace LiveLedger.Transparency.Bundles;

/// <summary>Why a bundle is refused.</summary>
/// <param name="Kind">Which check failed.</param>
/// <param name="Detail">In words, for people.</param>
public sealed record BundleFault(BundleFaultKind Kind, string Detail);

/// <summary>The checks of a bundle, in their order.</summary>
public enum BundleFaultKind
{
    /// <summary>Never given; so that no forgotten assignment reads as a reason.</summary>
    Unknown = 0,

    /// <summary>Not the one archive that such files have: other files, another order, a path, a comment, something in between or behind.</summary>
    ArchiveMalformed,

    /// <summary>A file does not unpack to as many bytes as the archive says, or to others.</summary>
    FileDamaged,

    /// <summary>The README is not the one of this format.</summary>
    ReadmeAltered,

    /// <summary>The key file holds no verifier key.</summary>
    KeyMalformed,

    /// <summary>The key is not the one that the reader trusts.</summary>
    KeyNotTrusted,

    /// <summary>The checkpoint does not open with the key.</summary>
    CheckpointRefused,

    /// <summary>The bundle's policy is not in the form that a log writes, or not about this log.</summary>
    PolicyMalformed,

    /// <summary>The checkpoint is not good by a policy.</summary>
    PolicyNotMet,

    /// <summary>The list of streams cannot be read.</summary>
    ContentsMalformed,

    /// <summary>The file of anchors cannot be read.</summary>
    AnchorsMalformed,

    /// <summary>The signed tree does not extend one that was anchored.</summary>
    AnchorNotExtended,

    /// <summary>The file of entries cannot be read.</summary>
    EntriesMalformed,

    /// <summary>A payload is not the one that its entry commits to.</summary>
    PayloadAltered,

    /// <summary>An entry is of a stream that the contents do not list.</summary>
    StreamNotListed,

    /// <summary>A stream's versions have a gap, or do not end in its head.</summary>
    StreamIncomplete,

    /// <summary>An entry is not about the broadcast that the contents name.</summary>
    EntryOfAnother,

    /// <summary>Entries and hashes do not give the signed root.</summary>
    RootMismatch,
}

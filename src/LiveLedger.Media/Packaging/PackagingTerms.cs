using LiveLedger.Media.Protection;

namespace LiveLedger.Media.Packaging;

/// <summary>How a track is protected. The key is lent: it must outlive the packager's creation, not the packager.</summary>
public sealed class PackagingTerms
{
    /// <summary>Length of a constant IV in bytes.</summary>
    public const int ConstantIvLength = 16;

    private PackagingTerms(ProtectionScheme scheme, ContentKey key, ReadOnlyMemory<byte> constantIv, IReadOnlyList<KeyId> listed)
    {
        Scheme = scheme;
        Key = key;
        ConstantIv = constantIv;
        ListedKeyIds = listed;
    }

    /// <summary>The scheme.</summary>
    public ProtectionScheme Scheme { get; }

    /// <summary>The content key.</summary>
    public ContentKey Key { get; }

    /// <summary>16 bytes for cbcs, none for cenc.</summary>
    public ReadOnlyMemory<byte> ConstantIv { get; }

    /// <summary>
    /// The key ids that the <c>pssh</c> lists. hls.js makes one licence request for a whole broadcast, from the
    /// first <c>pssh</c> that comes: it has to name the keys of all tracks, not only of this one.
    /// </summary>
    public IReadOnlyList<KeyId> ListedKeyIds { get; }

    /// <summary>
    /// True if each fragment names its key (<c>seig</c>, ISO/IEC 23001-7 §6) and lists the ids, so that one init segment serves several keys; false
    /// if the init segment does.
    /// </summary>
    public bool KeysInBand { get; private init; }

    /// <summary>The same terms, with these key ids listed.</summary>
    public PackagingTerms Listing(IReadOnlyList<KeyId> ids) => new(Scheme, Key, ConstantIv, ids) { KeysInBand = KeysInBand };

    /// <summary>The same terms, with keys in band.</summary>
    public PackagingTerms InBand() => new(Scheme, Key, ConstantIv, ListedKeyIds) { KeysInBand = true };

    /// <summary>Terms for cbcs. Whoever calls sees to it that (key, IV) is used for one track and epoch only.</summary>
    /// <exception cref="ArgumentException">The IV is not 16 bytes long.</exception>
    public static PackagingTerms Cbcs(ContentKey key, ReadOnlySpan<byte> constantIv) => constantIv.Length == ConstantIvLength
        ? new(ProtectionScheme.Cbcs, key, constantIv.ToArray(), [key.Id])
        : throw new ArgumentException($"a constant IV has {ConstantIvLength} bytes", nameof(constantIv));

    /// <summary>Terms for cenc. IVs come with each segment, from a range that whoever calls never gives twice for a key.</summary>
    public static PackagingTerms Cenc(ContentKey key) => new(ProtectionScheme.Cenc, key, default, [key.Id]);
}

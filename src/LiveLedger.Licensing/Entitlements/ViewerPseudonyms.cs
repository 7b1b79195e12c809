using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>
/// Makes viewers' pseudonyms: HMAC-SHA256 under a key of its own outside PostgreSQL. Whoever has the database but not the key
/// cannot even try names; destroying the key makes every pseudonym nobody's.
/// </summary>
internal sealed class ViewerPseudonyms
{
    /// <summary>Longest viewer id in characters.</summary>
    public const int MaxViewerLength = 256;

    private const int KeyLength = 32;

    private readonly byte[] _key = GC.AllocateArray<byte>(KeyLength, pinned: true);

    public ViewerPseudonyms(string keysFolder, KeyEncryptionKey kek) =>
        WrappedSecretFile.ReadOrCreate(Path.Combine(keysFolder, "viewers.key"), "licensing/viewers", kek, _key);

    /// <summary>True for what the shop may call a viewer: 1 to 256 characters, no control characters, whole Unicode characters.</summary>
    public static bool IsViewer(string? viewer) => viewer is { Length: > 0 and <= MaxViewerLength } && viewer.EnumerateRunes().All(static r => r != Rune.ReplacementChar && !Rune.IsControl(r));

    public ViewerPseudonym Of(BroadcastId broadcast, string viewer)
    {
        var label = "liveledger viewer v1\n"u8;
        var input = new byte[label.Length + BroadcastId.Length + Encoding.UTF8.GetByteCount(viewer)];
        label.CopyTo(input);
        broadcast.CopyTo(input.AsSpan(label.Length));
        Encoding.UTF8.GetBytes(viewer, input.AsSpan(label.Length + BroadcastId.Length));
        Span<byte> mac = stackalloc byte[Bytes32.Length];
        HMACSHA256.HashData(_key, input, mac);
        return new(new Bytes32(mac));
    }
}

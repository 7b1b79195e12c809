using System.Security.Cryptography;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.ContentKeys;

/// <summary>
/// Keys whose ids a third-party packager has chosen: HKDF-SHA256 (RFC 5869) of the broadcast's master key without salt, whose info is a
/// label, the broadcast (16 bytes) and the key id (16 bytes). The same id of the same broadcast has the same key for ever.
/// </summary>
internal static class PackagerKeys
{
    /// <summary>The key. The caller disposes it.</summary>
    public static ContentKey Key(ReadOnlySpan<byte> master, BroadcastId broadcast, KeyId id)
    {
        Span<byte> key = stackalloc byte[ContentKey.Length];
        try
        {
            Derive(master, "liveledger packager key v1\n"u8, broadcast, id, key);
            return new(id, key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>The constant IV of <c>cbcs</c> that goes with the key. Public: it stands in init segments.</summary>
    public static byte[] Iv(ReadOnlySpan<byte> master, BroadcastId broadcast, KeyId id)
    {
        var iv = new byte[16];
        Derive(master, "liveledger packager iv v1\n"u8, broadcast, id, iv);
        return iv;
    }

    private static void Derive(ReadOnlySpan<byte> master, ReadOnlySpan<byte> label, BroadcastId broadcast, KeyId id, Span<byte> output)
    {
        Span<byte> info = stackalloc byte[label.Length + BroadcastId.Length + KeyId.Length];
        label.CopyTo(info);
        broadcast.CopyTo(info[label.Length..]);
        id.CopyTo(info[(label.Length + BroadcastId.Length)..]);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, master, output, salt: [], info);
    }
}

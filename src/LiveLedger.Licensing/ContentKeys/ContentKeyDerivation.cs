using System.Buffers.Binary;
using System.Security.Cryptography;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.ContentKeys;

/// <summary>
/// From a broadcast's master key to its content keys and their ids: HKDF-SHA256 (RFC 5869) without salt, whose info is a label,
/// the broadcast (16 bytes), the track class (1 byte) and the crypto period (8 bytes, big-endian).
/// </summary>
/// <remarks>Key and id have labels of their own, so that the id, which is public, says nothing of the key.</remarks>
internal static class ContentKeyDerivation
{
    private const int InputLength = BroadcastId.Length + 1 + sizeof(ulong);

    /// <summary>The key. The caller disposes it.</summary>
    public static ContentKey Key(ReadOnlySpan<byte> master, BroadcastId broadcast, TrackClass trackClass, ulong cryptoPeriod)
    {
        Span<byte> key = stackalloc byte[ContentKey.Length];
        try
        {
            Derive(master, "liveledger content key v1\n"u8, broadcast, trackClass, cryptoPeriod, key);
            return new(Id(master, broadcast, trackClass, cryptoPeriod), key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>The key's public id.</summary>
    public static KeyId Id(ReadOnlySpan<byte> master, BroadcastId broadcast, TrackClass trackClass, ulong cryptoPeriod)
    {
        Span<byte> id = stackalloc byte[KeyId.Length];
        Derive(master, "liveledger key id v1\n"u8, broadcast, trackClass, cryptoPeriod, id);
        return KeyId.Read(id);
    }

    private static void Derive(ReadOnlySpan<byte> master, ReadOnlySpan<byte> label, BroadcastId broadcast, TrackClass trackClass, ulong cryptoPeriod, Span<byte> output)
    {
        Span<byte> info = stackalloc byte[label.Length + InputLength];
        label.CopyTo(info);
        var rest = info[label.Length..];
        broadcast.CopyTo(rest);
        rest[BroadcastId.Length] = (byte)trackClass;
        BinaryPrimitives.WriteUInt64BigEndian(rest[(BroadcastId.Length + 1)..], cryptoPeriod);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, master, output, salt: [], info);
    }
}

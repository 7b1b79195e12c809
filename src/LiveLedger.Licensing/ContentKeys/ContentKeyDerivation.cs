using System.Buffers.Binary;
using System.Security.Cryptography;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.ContentKeys;

/// <summary>
/// From a broadcast's master key to its content keys: HKDF-SHA256 (RFC 5869) without salt, whose info is a label, the broadcast (16 bytes), the
/// track class (1 byte) and the crypto period (8 bytes, big-endian). Their ids: <see cref="KeyIds"/>.
/// </summary>
internal static class ContentKeyDerivation
{
    private const int InputLength = BroadcastId.Length + 1 + sizeof(ulong);

    /// <summary>The key. The caller disposes it.</summary>
    public static ContentKey Key(ReadOnlySpan<byte> master, BroadcastId broadcast, TrackClass trackClass, ulong cryptoPeriod)
    {
        Span<byte> key = stackalloc byte[ContentKey.Length];
        try
        {
            Derive(master, broadcast, trackClass, cryptoPeriod, key);
            return new(KeyIds.Of(master, broadcast, trackClass, cryptoPeriod), key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static void Derive(ReadOnlySpan<byte> master, BroadcastId broadcast, TrackClass trackClass, ulong cryptoPeriod, Span<byte> output)
    {
        var label = "liveledger content key v1\n"u8;
        Span<byte> info = stackalloc byte[label.Length + InputLength];
        label.CopyTo(info);
        var rest = info[label.Length..];
        broadcast.CopyTo(rest);
        rest[BroadcastId.Length] = (byte)trackClass;
        BinaryPrimitives.WriteUInt64BigEndian(rest[(BroadcastId.Length + 1)..], cryptoPeriod);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, master, output, salt: [], info);
    }
}

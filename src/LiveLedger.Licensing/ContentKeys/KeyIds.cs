using System.Buffers.Binary;
using System.Security.Cryptography;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.ContentKeys;

/// <summary>
/// The public ids of a broadcast's content keys: one AES-128 block of class (1 byte), crypto period (8 bytes, big-endian) and 7 zero bytes,
/// under a key of their own (HKDF-SHA256 of the master). To anyone else an id is noise, and says nothing of the key; the key server reads it
/// back without having kept or counted anything. A block is a permutation, so no two keys share an id.
/// </summary>
/// <remarks>docs/decisions/0011-key-ids-that-can-be-read-back.md.</remarks>
internal static class KeyIds
{
    /// <summary>The id of a content key.</summary>
    public static KeyId Of(ReadOnlySpan<byte> master, BroadcastId broadcast, TrackClass trackClass, ulong cryptoPeriod)
    {
        Span<byte> block = stackalloc byte[KeyId.Length];
        block.Clear();
        block[0] = (byte)trackClass;
        BinaryPrimitives.WriteUInt64BigEndian(block[1..], cryptoPeriod);
        Span<byte> id = stackalloc byte[KeyId.Length];
        using var cipher = CipherOf(master, broadcast);
        cipher.EncryptEcb(block, id, PaddingMode.None);
        return KeyId.Read(id);
    }

    /// <summary>What an id stands for; null if it is none of this broadcast's. Somebody who guesses meets the zeros once in 2^58.</summary>
    public static KeyUse? Read(ReadOnlySpan<byte> master, BroadcastId broadcast, KeyId id)
    {
        Span<byte> sent = stackalloc byte[KeyId.Length];
        id.CopyTo(sent);
        Span<byte> block = stackalloc byte[KeyId.Length];
        using var cipher = CipherOf(master, broadcast);
        cipher.DecryptEcb(sent, block, PaddingMode.None);
        return Enum.IsDefined((TrackClass)block[0]) && !block[9..].ContainsAnyExcept((byte)0)
            ? new((TrackClass)block[0], BinaryPrimitives.ReadUInt64BigEndian(block[1..]))
            : null;
    }

    private static Aes CipherOf(ReadOnlySpan<byte> master, BroadcastId broadcast)
    {
        var label = "liveledger key id v2\n"u8;
        Span<byte> info = stackalloc byte[label.Length + BroadcastId.Length];
        label.CopyTo(info);
        broadcast.CopyTo(info[label.Length..]);
        Span<byte> key = stackalloc byte[ContentKey.Length];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, master, key, salt: [], info);
        var cipher = Aes.Create();
        cipher.SetKey(key);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }
}

/// <summary>What a content key is for.</summary>
internal readonly record struct KeyUse(TrackClass Class, ulong CryptoPeriod);

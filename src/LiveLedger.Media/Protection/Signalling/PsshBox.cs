using LiveLedger.Media.Boxes;

namespace LiveLedger.Media.Protection.Signalling;

/// <summary>The <c>pssh</c> box (ISO/IEC 23001-7 §8.1) that tells a system which keys to ask its licence server for. Ids, never keys.</summary>
public static class PsshBox
{
    // size, type, version and flags, system id, length of the data
    private const int HeadLength = 4 + 4 + 4 + KeyId.Length + 4;

    /// <summary>The box of a system for these keys; null for FairPlay, which takes its ids from playlists.</summary>
    public static byte[]? Of(DrmSystem system, IReadOnlyList<KeyId> keys, ProtectionScheme scheme) => system switch
    {
        DrmSystem.ClearKey or DrmSystem.Common => Listing(system, keys),
        DrmSystem.Widevine => Holding(system, WidevineHeader.Of(keys, scheme)),
        DrmSystem.PlayReady => Holding(system, PlayReadyObject.Of(keys, scheme)),
        DrmSystem.FairPlay => null,
        _ => throw new ArgumentOutOfRangeException(nameof(system)),
    };

    /// <summary>Version 0: the system's own data.</summary>
    private static byte[] Holding(DrmSystem system, ReadOnlySpan<byte> data)
    {
        var box = new byte[HeadLength + data.Length];
        var writer = new BoxWriter(box);
        var mark = writer.Begin(BoxType.Pssh, version: 0, flags: 0);
        system.Id().TryWriteBytes(writer.Reserve(KeyId.Length), bigEndian: true, out _);
        writer.U32((uint)data.Length);
        writer.Bytes(data);
        writer.End(mark);
        return box;
    }

    /// <summary>Version 1: the ids themselves, and no data.</summary>
    private static byte[] Listing(DrmSystem system, IReadOnlyList<KeyId> keys)
    {
        var box = new byte[HeadLength + 4 + keys.Count * KeyId.Length];
        var writer = new BoxWriter(box);
        var mark = writer.Begin(BoxType.Pssh, version: 1, flags: 0);
        system.Id().TryWriteBytes(writer.Reserve(KeyId.Length), bigEndian: true, out _);
        writer.U32((uint)keys.Count);
        foreach (var key in keys)
        {
            key.CopyTo(writer.Reserve(KeyId.Length));
        }

        writer.U32(0);
        writer.End(mark);
        return box;
    }
}

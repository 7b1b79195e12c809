namespace LiveLedger.Media.Protection.Signalling;

/// <summary>
/// Widevine's <c>WidevinePsshData</c>, a Protocol Buffers message: field 2, bytes, for each key id, and field 9, uint32, the scheme's
/// four characters. Nothing else is needed to ask for a licence.
/// </summary>
internal static class WidevineHeader
{
    private const byte KeyIdTag = (2 << 3) | 2;
    private const byte SchemeTag = (9 << 3) | 0;

    public static byte[] Of(IReadOnlyList<KeyId> keys, ProtectionScheme scheme)
    {
        var bytes = new List<byte>(keys.Count * (2 + KeyId.Length) + 6);
        Span<byte> id = stackalloc byte[KeyId.Length];
        foreach (var key in keys)
        {
            key.CopyTo(id);
            bytes.AddRange([KeyIdTag, KeyId.Length]);
            bytes.AddRange(id);
        }

        bytes.Add(SchemeTag);
        var rest = scheme == ProtectionScheme.Cbcs ? 0x63626373u : 0x63656e63u;
        for (; rest >= 0x80; rest >>= 7)
        {
            bytes.Add((byte)(rest | 0x80));
        }

        bytes.Add((byte)rest);
        return [.. bytes];
    }
}

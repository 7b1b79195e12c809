namespace LiveLedger.Chain.Proofs;

/// <summary>A key's way through the trie: half a byte for each step.</summary>
internal readonly ref struct NibblePath
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _from;

    private NibblePath(ReadOnlySpan<byte> bytes, int from)
    {
        _bytes = bytes;
        _from = from;
    }

    public int Length => _bytes.Length * 2 - _from;

    public int this[int at] => (at + _from) % 2 == 0 ? _bytes[(at + _from) / 2] >> 4 : _bytes[(at + _from) / 2] & 0xf;

    public static NibblePath Of(ReadOnlySpan<byte> key) => new(key, 0);

    /// <summary>Hex prefix (yellow paper, appendix C): the first half byte says whether a value follows, and whether the length is odd; if it is even a half byte of zeros follows.</summary>
    public static bool TryReadHexPrefix(ReadOnlySpan<byte> encoded, out NibblePath path, out bool isLeaf)
    {
        path = default;
        isLeaf = false;
        if (encoded.IsEmpty || encoded[0] >= 0x40)
        {
            return false;
        }

        var isOdd = (encoded[0] & 0x10) != 0;
        isLeaf = (encoded[0] & 0x20) != 0;
        path = new(encoded, isOdd ? 1 : 2);
        return isOdd || (encoded[0] & 0xf) == 0;
    }

    public NibblePath From(int at) => new(_bytes, _from + at);

    public bool StartsWith(scoped NibblePath prefix)
    {
        if (prefix.Length > Length)
        {
            return false;
        }

        for (var i = 0; i < prefix.Length; i++)
        {
            if (this[i] != prefix[i])
            {
                return false;
            }
        }

        return true;
    }
}

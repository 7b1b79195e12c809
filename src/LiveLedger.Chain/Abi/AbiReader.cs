using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Abi;

/// <summary>Takes words off the front of what a node answered. Whoever reads to the end asks <see cref="AtEnd"/>: a word too many is as wrong as one too few.</summary>
internal ref struct AbiReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    public bool TryTake(out UInt128 value) => TryTake(UInt128.MaxValue, out value);

    public bool TryTake(UInt128 most, out UInt128 value)
    {
        value = default;
        return TryTakeWord(out var word) && AbiWords.TryRead(word, most, out value);
    }

    public bool TryTake(out ulong value)
    {
        var taken = TryTake(ulong.MaxValue, out var number);
        value = (ulong)number;
        return taken;
    }

    public bool TryTake(out uint value)
    {
        var taken = TryTake(uint.MaxValue, out var number);
        value = (uint)number;
        return taken;
    }

    public bool TryTake(out ushort value)
    {
        var taken = TryTake(ushort.MaxValue, out var number);
        value = (ushort)number;
        return taken;
    }

    public bool TryTake(out byte value)
    {
        var taken = TryTake(byte.MaxValue, out var number);
        value = (byte)number;
        return taken;
    }

    public bool TryTake(out Address value)
    {
        value = default;
        return TryTakeWord(out var word) && AbiWords.TryRead(word, out value);
    }

    public bool TryTake(out bool value)
    {
        value = default;
        return TryTakeWord(out var word) && AbiWords.TryRead(word, out value);
    }

    /// <summary><c>bytes16</c>.</summary>
    public bool TryTake(out Guid value)
    {
        value = default;
        return TryTakeWord(out var word) && AbiWords.TryRead(word, out value);
    }

    public bool TryTake(out Bytes32 value)
    {
        var taken = TryTakeWord(out var word);
        value = taken ? new(word) : default;
        return taken;
    }

    /// <summary>The head of the only value, if that has a length: its tail begins right behind, and nowhere else.</summary>
    public bool TryTakeOnlyOffset() => TryTake(AbiWords.Length, out UInt128 offset) && offset == AbiWords.Length;

    /// <summary>The length of an array or of bytes.</summary>
    public bool TryTakeCount(int most, out int count)
    {
        var taken = TryTake((UInt128)(uint)most, out UInt128 value);
        count = (int)value;
        return taken;
    }

    /// <summary><c>bytes</c> or a text behind its offset, with clean padding.</summary>
    public bool TryTakeBytes(int most, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (!TryTakeCount(most, out var count))
        {
            return false;
        }

        var padded = (count + AbiWords.Length - 1) / AbiWords.Length * AbiWords.Length;
        if (padded > _rest.Length || _rest[count..padded].ContainsAnyExcept((byte)0))
        {
            return false;
        }

        bytes = _rest[..count];
        _rest = _rest[padded..];
        return true;
    }

    private bool TryTakeWord(out ReadOnlySpan<byte> word)
    {
        word = default;
        if (_rest.Length < AbiWords.Length)
        {
            return false;
        }

        word = _rest[..AbiWords.Length];
        _rest = _rest[AbiWords.Length..];
        return true;
    }
}

namespace LiveLedger.Media.Boxes;

/// <summary>One box within the span it was read from.</summary>
internal readonly ref struct Box(uint type, int offset, int headerLength, ReadOnlySpan<byte> whole)
{
    /// <summary>Four-character code.</summary>
    public uint Type { get; } = type;

    /// <summary>Where the box begins in the reader's span.</summary>
    public int Offset { get; } = offset;

    /// <summary>8, or 16 with a 64-bit size.</summary>
    public int HeaderLength { get; } = headerLength;

    /// <summary>Header and body.</summary>
    public ReadOnlySpan<byte> Whole { get; } = whole;

    /// <summary>Everything after the header.</summary>
    public ReadOnlySpan<byte> Body => Whole[HeaderLength..];

    /// <summary>Where the body begins in the reader's span.</summary>
    public int BodyOffset => Offset + HeaderLength;
}

namespace LiveLedger.Media.Boxes;

/// <summary>Walks the boxes that stand side by side in a span. Depth is bounded by the callers: each opens only boxes it knows by path.</summary>
internal ref struct BoxReader(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _position;

    /// <summary>Set when <see cref="TryRead"/> stopped before the end.</summary>
    public MediaFault? Fault { get; private set; }

    /// <summary>The next box; false at the end, and at a fault.</summary>
    public bool TryRead(out Box box)
    {
        box = default;
        var rest = _data[_position..];
        if (rest.IsEmpty || Fault is not null)
        {
            return false;
        }

        if (!BoxHeader.TryRead(rest, out var header, out var fault))
        {
            Fault = fault ?? new(MediaFaultCode.BoxTruncated, $"{rest.Length} bytes where a box header should be");
            return false;
        }

        if (header.Size > (ulong)rest.Length)
        {
            Fault = new(
                MediaFaultCode.BoxTruncated,
                $"box {BoxType.Name(header.Type)} says it has {header.Size} bytes, {rest.Length} are there");
            return false;
        }

        box = new(header.Type, _position, header.HeaderLength, rest[..(int)header.Size]);
        _position += (int)header.Size;
        return true;
    }

    /// <summary>Skips to the next box of one type; false if none is left, or at a fault.</summary>
    public bool TryFind(uint type, out Box box)
    {
        while (TryRead(out box))
        {
            if (box.Type == type)
            {
                return true;
            }
        }

        return false;
    }
}

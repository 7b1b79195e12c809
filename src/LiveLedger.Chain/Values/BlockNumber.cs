namespace LiveLedger.Chain;

/// <summary>A block's height, from 0.</summary>
public readonly record struct BlockNumber(ulong Value) : IComparable<BlockNumber>
{
    /// <inheritdoc/>
    public int CompareTo(BlockNumber other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

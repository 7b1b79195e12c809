namespace LiveLedger.Chain;

/// <summary>Which chain (EIP-155): signatures and transactions of one are worth nothing on another.</summary>
public readonly record struct ChainId(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

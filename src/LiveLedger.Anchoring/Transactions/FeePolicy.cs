namespace LiveLedger.Anchoring.Transactions;

/// <summary>What gas may cost (EIP-1559), up to a ceiling.</summary>
/// <param name="Ceiling">Most that a unit of gas may cost.</param>
internal readonly record struct FeePolicy(UInt128 Ceiling)
{
    /// <summary>
    /// The fees of a first attempt: twice the base fee, so that it stays good while six full blocks in a row raise that, and the tip. Null while the base fee and tip
    /// are above the ceiling: then nothing is sent that could not be mined.
    /// </summary>
    public (UInt128 MaxFee, UInt128 Tip)? First(UInt128 baseFee, UInt128 tip) =>
        tip > Ceiling || baseFee > Ceiling - tip ? null : (baseFee > (Ceiling - tip) / 2 ? Ceiling : 2 * baseFee + tip, tip);

    /// <summary>
    /// The fees of a replacement: both an eighth higher at least, where nodes ask for a tenth; more if the base fee has risen by more. Null if the ceiling does not
    /// leave room for that.
    /// </summary>
    public (UInt128 MaxFee, UInt128 Tip)? Replacing(UInt128 maxFee, UInt128 tip, UInt128 baseFee, UInt128 offered)
    {
        var (leastFee, leastTip) = (Raised(maxFee), Raised(tip));
        if (leastFee > Ceiling)
        {
            return null;
        }

        var newTip = UInt128.Max(leastTip, UInt128.Min(offered, Ceiling));
        var newFee = UInt128.Max(leastFee, baseFee > (Ceiling - newTip) / 2 ? Ceiling : 2 * baseFee + newTip);
        return newTip > newFee ? null : (newFee, newTip);
    }

    // Rounded up, and never the same.
    private static UInt128 Raised(UInt128 fee) => fee + fee / 8 + 1;
}

namespace LiveLedger.Licensing.Wallets;

/// <summary>A wallet within one broadcast, as the database and the log know it: 32 lower-case hexadecimal characters.</summary>
internal readonly record struct WalletPseudonym(Guid Value)
{
    public override string ToString() => Value.ToString("N");
}

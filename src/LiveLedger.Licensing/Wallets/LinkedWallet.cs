namespace LiveLedger.Licensing;

/// <summary>A wallet that is a viewer's in a broadcast.</summary>
/// <param name="Wallet">The wallet (CAIP-10); null if it was linked before this was kept.</param>
/// <param name="LinkedAt">Since when.</param>
public sealed record LinkedWallet(string? Wallet, DateTimeOffset LinkedAt);

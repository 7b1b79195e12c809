using System.Diagnostics.CodeAnalysis;

namespace LiveLedger.Licensing.Wallets;

/// <summary>A wallet within one broadcast, as the database and the log know it: 32 lower-case hexadecimal characters.</summary>
internal readonly record struct WalletPseudonym(Guid Value)
{
    public static bool TryParse([NotNullWhen(true)] string? text, out WalletPseudonym wallet)
    {
        var read = IdText.TryRead(text, out var value);
        wallet = new(value);
        return read;
    }

    public override string ToString() => Value.ToString("N");
}

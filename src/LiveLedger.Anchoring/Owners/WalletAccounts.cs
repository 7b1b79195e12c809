using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Chain;
using LiveLedger.Ledger;

namespace LiveLedger.Anchoring.Owners;

/// <summary>A wallet is a broadcaster's account's.</summary>
internal sealed record OwnerWalletLinked(string Account, string Wallet);

/// <summary>
/// Which broadcaster's account a wallet is: the stream <c>owner-wallet/{address}</c>, whose last event holds. That a wallet is a broadcaster's is public on the chain
/// from its first token on, so its address is no secret here.
/// </summary>
internal sealed partial class WalletAccounts(EventStore ledger, TimeProvider time)
{
    private const string LinkedType = "owner-wallet-linked";
    private const int Schema = 1;
    private const string Actor = "broadcaster";

    /// <summary>Says that a wallet is an account's. That somebody proved to have the wallet is the caller's to see to.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; link it again.</exception>
    public async Task LinkAsync(Address wallet, string account, CancellationToken cancel)
    {
        if (await AccountOfAsync(wallet.ToString(), cancel) != account)
        {
            await ledger.AppendAsync(
                StreamOf(wallet.ToString()), ExpectedVersion.Any,
                [new(Guid.CreateVersion7(time.GetUtcNow()), LinkedType, Schema, JsonSerializer.SerializeToUtf8Bytes(new(account, wallet.ToString()), OwnerJson.Default.OwnerWalletLinked), Actor)],
                cancel);
        }
    }

    /// <summary>The account whose a wallet is; null if it is nobody's.</summary>
    /// <param name="wallet"><c>0x</c> and 40 lower-case hexadecimal characters.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<string?> AccountOfAsync(string wallet, CancellationToken cancel) =>
        await ledger.ReadStreamAsync(StreamOf(wallet), cancel: cancel).LastOrDefaultAsync(cancel) is { } last
            ? JsonSerializer.Deserialize(last.PayloadJson.Span, OwnerJson.Default.OwnerWalletLinked)?.Account ?? throw new InvalidDataException($"empty payload of '{LinkedType}'")
            : null;

    private static StreamName StreamOf(string wallet) => new($"owner-wallet/{wallet}");

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(OwnerWalletLinked))]
    private sealed partial class OwnerJson : JsonSerializerContext;
}

using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Wallets;

/// <summary>A wallet is a viewer's.</summary>
/// <param name="Broadcast">In which broadcast.</param>
/// <param name="Viewer">The viewer's pseudonym.</param>
/// <param name="Subject">The key that seals the names.</param>
/// <param name="Name">The viewer's name, sealed, base64url.</param>
/// <param name="Wallet">The wallet's name, sealed by the same key; null in events of before it was kept.</param>
internal sealed record WalletLinked(string Broadcast, string Viewer, string Subject, string Name, string? Wallet = null);

/// <summary>It is nobody's any more.</summary>
/// <param name="Broadcast">In which broadcast.</param>
/// <param name="Viewer">The pseudonym of the viewer whose it was.</param>
internal sealed record WalletUnlinked(string Broadcast, string Viewer);

/// <summary>The stream <c>wallet/{id}</c>: whose a wallet is, the last event says. The id is a keyed pseudonym of the wallet's address.</summary>
internal static partial class WalletEvents
{
    public const string Prefix = "wallet/";
    public const string LinkedType = "wallet-linked";
    public const string UnlinkedType = "wallet-unlinked";

    /// <summary>Who acted where a viewer did.</summary>
    public const string OfViewer = "viewer";

    /// <summary>And where the viewer's shop did.</summary>
    public const string OfShop = EntitlementEvents.Actor;

    private const int LinkedSchema = 2;
    private const int UnlinkedSchema = 1;

    public static StreamName StreamOf(WalletPseudonym wallet) => new(Prefix + wallet);

    /// <summary>The wallet whose stream this is; false if it is none of ours.</summary>
    public static bool TryReadStream(StreamName stream, out WalletPseudonym wallet)
    {
        wallet = default;
        return stream.Value.StartsWith(Prefix, StringComparison.Ordinal) && WalletPseudonym.TryParse(stream.Value[Prefix.Length..], out wallet);
    }

    public static NewEvent Linked(TimeProvider time, BroadcastId broadcast, SealedViewer viewer, byte[] wallet) => new(
        Guid.CreateVersion7(time.GetUtcNow()), LinkedType, LinkedSchema,
        JsonSerializer.SerializeToUtf8Bytes(
            new(broadcast.ToString(), viewer.Pseudonym.ToString(), viewer.Subject.ToString(), StrictBase64Url.Encode(viewer.Name), StrictBase64Url.Encode(wallet)), WalletJson.Default.WalletLinked),
        OfViewer);

    public static NewEvent Unlinked(TimeProvider time, BroadcastId broadcast, ViewerPseudonym viewer, string actor) => new(
        Guid.CreateVersion7(time.GetUtcNow()), UnlinkedType, UnlinkedSchema, JsonSerializer.SerializeToUtf8Bytes(new(broadcast.ToString(), viewer.ToString()), WalletJson.Default.WalletUnlinked), actor);

    /// <summary>The links of before wallets' names were kept say so themselves in schema 2.</summary>
    public static (string Type, int Schema, Upcast Step) WalletsNamed { get; } = (LinkedType, 1, static payload =>
        JsonSerializer.SerializeToUtf8Bytes(ReadLinked(payload.Span) with { Wallet = null }, WalletJson.Default.WalletLinked));

    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    public static WalletLinked ReadLinked(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, WalletJson.Default.WalletLinked) ?? throw new InvalidDataException($"empty payload of '{LinkedType}'");

    /// <inheritdoc cref="ReadLinked"/>
    public static WalletUnlinked ReadUnlinked(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, WalletJson.Default.WalletUnlinked) ?? throw new InvalidDataException($"empty payload of '{UnlinkedType}'");

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(WalletLinked))]
    [JsonSerializable(typeof(WalletUnlinked))]
    private sealed partial class WalletJson : JsonSerializerContext;
}

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
/// <param name="Subject">The key that seals the name.</param>
/// <param name="Name">The viewer's name, sealed, base64url.</param>
internal sealed record WalletLinked(string Broadcast, string Viewer, string Subject, string Name);

/// <summary>The stream <c>wallet/{id}</c>: whose a wallet is, the last event says. The id is a keyed pseudonym of the wallet's address.</summary>
internal static partial class WalletEvents
{
    public const string LinkedType = "wallet-linked";

    private const int Schema = 1;
    private const string Actor = "viewer";

    public static StreamName StreamOf(WalletPseudonym wallet) => new($"wallet/{wallet}");

    public static NewEvent Linked(TimeProvider time, BroadcastId broadcast, SealedViewer viewer) => new(
        Guid.CreateVersion7(time.GetUtcNow()), LinkedType, Schema,
        JsonSerializer.SerializeToUtf8Bytes(
            new(broadcast.ToString(), viewer.Pseudonym.ToString(), viewer.Subject.ToString(), StrictBase64Url.Encode(viewer.Name)), WalletJson.Default.WalletLinked),
        Actor);

    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    public static WalletLinked ReadLinked(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, WalletJson.Default.WalletLinked) ?? throw new InvalidDataException($"empty payload of '{LinkedType}'");

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(WalletLinked))]
    private sealed partial class WalletJson : JsonSerializerContext;
}

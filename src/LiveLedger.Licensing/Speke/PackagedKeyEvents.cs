using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Ledger;
using LiveLedger.Licensing.Cpix;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Speke;

/// <summary>A packager was given keys.</summary>
/// <param name="Broadcast">Of this broadcast.</param>
/// <param name="Speke">In answer to this version of SPEKE.</param>
/// <param name="Scheme"><c>cbcs</c> or <c>cenc</c>.</param>
/// <param name="Keys">Their ids, and what each is for.</param>
/// <param name="Recipients">SHA-256 of each certificate that they were encrypted to; none if they travelled as they are.</param>
/// <param name="At">When.</param>
internal sealed record PackagerKeysGiven(
    string Broadcast, string Speke, string Scheme, IReadOnlyList<PackagedKey> Keys, IReadOnlyList<string> Recipients, DateTimeOffset At);

/// <summary>A key that a packager has.</summary>
internal sealed record PackagedKey(string Kid, string Class, ulong Period, DateTimeOffset? Start, DateTimeOffset? End);

/// <summary>The stream <c>speke/{broadcast}</c>: which keys packagers were given, and what for. Key ids, never keys.</summary>
internal static partial class PackagedKeyEvents
{
    public const string GivenType = "packager-keys-given";

    private const int Schema = 1;

    public static StreamName StreamOf(BroadcastId broadcast) => new($"speke/{broadcast}");

    public static NewEvent Given(BroadcastId broadcast, string version, CpixRequest request, IEnumerable<RequestedKey> keys, DateTimeOffset at)
    {
        var given = new PackagerKeysGiven(
            broadcast.ToString(), version, request.Scheme.ToString().ToLowerInvariant(),
            [.. keys.Select(static k => new PackagedKey(k.Id.ToString(), k.Class.ToString().ToUpperInvariant(), k.Period, k.Start, k.End))],
            [.. request.Recipients.Select(static c => c.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant())], at);
        return new(Guid.CreateVersion7(at), GivenType, Schema, JsonSerializer.SerializeToUtf8Bytes(given, PackagedJson.Default.PackagerKeysGiven), "broadcaster");
    }

    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    public static PackagerKeysGiven ReadGiven(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, PackagedJson.Default.PackagerKeysGiven) ?? throw new InvalidDataException($"empty payload of '{GivenType}'");

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(PackagerKeysGiven))]
    private sealed partial class PackagedJson : JsonSerializerContext;
}

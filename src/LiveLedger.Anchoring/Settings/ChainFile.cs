using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Chain;
using LiveLedger.ChainNodes;

namespace LiveLedger.Anchoring.Settings;

/// <summary>Reads the file of a chain's settings. What it does not know it refuses: a misspelt setting would be none.</summary>
public static partial class ChainFile
{
    private const int MaxNodes = 8;
    private const int MaxLength = 64 * 1024;

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">It is not such a file; says what is wrong, and nothing of an address's secrets.</exception>
    public static ChainSettings Read(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaxLength)
        {
            throw new InvalidDataException($"it has more than {MaxLength} bytes");
        }

        Body body;
        try
        {
            body = JsonSerializer.Deserialize(json, ChainFileJson.Default.Body) ?? throw new InvalidDataException("it is empty");
        }
        catch (JsonException e)
        {
            // Not the whole message: it may quote a value.
            throw new InvalidDataException($"it is not the JSON of a chain's settings, at {e.Path ?? "its begin"}, line {e.LineNumber + 1}", e);
        }

        var nodes = body.Nodes is { Count: >= 1 and <= MaxNodes } given ? given.Select(static n => Node(n, "nodes")).ToArray() : throw new InvalidDataException($"nodes are 1 to {MaxNodes} addresses");
        return new()
        {
            Deployment = new(new(body.ChainId), Contract(body.Contracts?.Anchor, "contracts.anchor"), Contract(body.Contracts?.Ownership, "contracts.ownership"), Contract(body.Contracts?.Tickets, "contracts.tickets")),
            FirstBlock = body.FirstBlock <= long.MaxValue ? body.FirstBlock : throw new InvalidDataException("firstBlock is no block's number"),
            Account = Contract(body.Account, "account"),
            Nodes = nodes,
            Signer = body.Signer is { } signer ? Node(signer, "signer") : null,
            Confirmations = Bounded(body.Confirmations ?? 12, 1, 10_000, "confirmations"),
            Finalized = body.Finalized ?? false,
            AnchorEvery = Seconds(body.AnchorEverySeconds ?? 3600, 1, 30 * 86_400, "anchorEverySeconds"),
            LookEvery = TimeSpan.FromMilliseconds(Bounded(body.LookEveryMilliseconds ?? 2000, 50, 600_000, "lookEveryMilliseconds")),
            MaxFee = (UInt128)Bounded(body.MaxFeeGwei ?? 200, 1, 1_000_000, "maxFeeGwei") * 1_000_000_000,
            ReplaceAfter = Seconds(body.ReplaceAfterSeconds ?? 60, 1, 86_400, "replaceAfterSeconds"),
            OutageAfter = Seconds(body.OutageAfterSeconds ?? 15, 5, 3600, "outageAfterSeconds"),
        };
    }

    private static NodeAddress Node(string? text, string name) => NodeAddress.TryParse(text, out var node) ? node : throw new InvalidDataException($"{name}: an address of http or https is asked for");

    private static Address Contract(string? text, string name) =>
        Address.TryParse(text, out var address) && address != Address.Zero ? address : throw new InvalidDataException($"{name}: 0x and 40 hexadecimal characters are asked for, and a valid checksum if they are in mixed case");

    private static int Bounded(int value, int least, int most, string name) => value >= least && value <= most ? value : throw new InvalidDataException($"{name} is {least} to {most}");

    private static TimeSpan Seconds(int value, int least, int most, string name) => TimeSpan.FromSeconds(Bounded(value, least, most, name));

    internal sealed record Body
    {
        public required ulong ChainId { get; init; }

        public required IReadOnlyList<string>? Nodes { get; init; }

        public string? Signer { get; init; }

        public required string? Account { get; init; }

        public required ContractsBody? Contracts { get; init; }

        public required ulong FirstBlock { get; init; }

        public int? Confirmations { get; init; }

        public bool? Finalized { get; init; }

        public int? AnchorEverySeconds { get; init; }

        public int? LookEveryMilliseconds { get; init; }

        public int? MaxFeeGwei { get; init; }

        public int? ReplaceAfterSeconds { get; init; }

        public int? OutageAfterSeconds { get; init; }
    }

    internal sealed record ContractsBody(string? Anchor, string? Ownership, string? Tickets);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(Body))]
    private sealed partial class ChainFileJson : JsonSerializerContext;
}

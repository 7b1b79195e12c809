using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Chain;
using LiveLedger.Cli.Files;

namespace LiveLedger.Cli.Chain;

/// <summary>The file that `serve --chain` reads, as far as it is written and asked about here (docs/operations/chain.md).</summary>
internal sealed record ChainFile
{
    private const int MaxLength = 64 * 1024;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public required ulong ChainId { get; init; }

    public required IReadOnlyList<string>? Nodes { get; init; }

    public string? Signer { get; init; }

    public required string? Account { get; init; }

    public required ContractAddresses? Contracts { get; init; }

    public required ulong FirstBlock { get; init; }

    public int? Confirmations { get; init; }

    /// <summary>Reads one.</summary>
    /// <exception cref="CommandFailure">It cannot be read, or is none.</exception>
    internal static ChainFile Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ChainFile>(BoundedFile.Read(path, MaxLength), s_json) ?? throw new JsonException();
        }
        catch (JsonException e)
        {
            // Not its whole message: it may quote an address with what opens it.
            throw new CommandFailure($"{path} is not the JSON of a chain's settings, at {e.Path ?? "its begin"}", ExitCode.Usage);
        }
    }

    /// <summary>Writes it for its owner alone: a node's address may hold what opens it.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="replace">Whether a file that is there may go.</param>
    /// <exception cref="CommandFailure">It cannot be written, or there is one.</exception>
    internal void Write(string path, bool replace)
    {
        try
        {
            PrivateFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, s_json), replace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"the contracts stand, and {path} cannot be written ({e.Message}). It is to hold: {JsonSerializer.Serialize(this with { Nodes = ["…"], Signer = null }, s_json)}");
        }
    }
}

/// <summary>Where our contracts are.</summary>
internal sealed record ContractAddresses(string? Anchor, string? Ownership, string? Tickets)
{
    internal static ContractAddresses Of(Address anchor, Address ownership, Address tickets) => new(anchor.ToChecksumText(), ownership.ToChecksumText(), tickets.ToChecksumText());
}

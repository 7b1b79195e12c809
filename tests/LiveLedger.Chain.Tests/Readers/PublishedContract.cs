using System.Text.Json;
using LiveLedger.Harness;

namespace LiveLedger.Chain.Tests.Readers;

/// <summary>What solc made of one of our contracts: <c>contracts/published/</c>.</summary>
internal sealed class PublishedContract
{
    private readonly JsonElement _json;

    public PublishedContract(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(RepositoryRoot.Path, "contracts", "published", $"{name}.json")));
        _json = file.RootElement.Clone();
    }

    public static IReadOnlyList<PublishedContract> All { get; } = [new("CheckpointAnchor"), new("BroadcastOwnership"), new("Tickets")];

    /// <summary>The code that makes the contract, without arguments.</summary>
    public string Bytecode => _json.GetProperty("bytecode").GetString()!;

    /// <summary>Name and types, as they are hashed, with the types of what comes back.</summary>
    public IReadOnlyDictionary<string, string> Functions => Of("function").ToDictionary(static f => f.GetProperty("name").GetString() + Types(f, "inputs"), static f => Types(f, "outputs"));

    /// <summary>Types of the constructor's arguments.</summary>
    public string Constructor => Of("constructor").Select(static c => Types(c, "inputs")).SingleOrDefault("()");

    /// <summary>Name and types of each error.</summary>
    public IEnumerable<string> Errors => Of("error").Select(static e => e.GetProperty("name").GetString() + Types(e, "inputs"));

    /// <summary>Each event as Solidity declares it.</summary>
    public IEnumerable<string> Events => Of("event").Select(static e => $"{e.GetProperty("name")}({string.Join(", ", e.GetProperty("inputs").EnumerateArray().Select(Parameter))})");

    private static string Parameter(JsonElement input) => $"{Type(input)} {(input.GetProperty("indexed").GetBoolean() ? "indexed " : "")}{input.GetProperty("name")}";

    private static string Types(JsonElement of, string name) => $"({string.Join(',', of.GetProperty(name).EnumerateArray().Select(Type))})";

    private static string Type(JsonElement parameter) =>
        parameter.GetProperty("type").GetString()! is var type && type.StartsWith("tuple", StringComparison.Ordinal) ? Types(parameter, "components") + type["tuple".Length..] : type;

    private IEnumerable<JsonElement> Of(string type) => _json.GetProperty("abi").EnumerateArray().Where(e => e.GetProperty("type").GetString() == type);
}

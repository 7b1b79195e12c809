using System.Text.Json.Nodes;
using LiveLedger.Chain;

namespace LiveLedger.ChainNodes;

/// <summary>Which block is meant: a height, a hash, or one of the tags of execution-apis.</summary>
internal readonly record struct BlockReference
{
    private readonly string? _text;

    private BlockReference(string text, BlockHash? hash = null, BlockNumber? number = null) => (_text, Hash, Number) = (text, hash, number);

    /// <summary>The newest one the node has.</summary>
    public static BlockReference Latest { get; } = new("latest");

    /// <summary>The newest that is unlikely to be undone; not every chain offers it.</summary>
    public static BlockReference Safe { get; } = new("safe");

    /// <summary>The newest that is not undone any more; not every chain offers it.</summary>
    public static BlockReference Finalized { get; } = new("finalized");

    /// <summary>The newest and what waits for the next one.</summary>
    public static BlockReference Pending { get; } = new("pending");

    /// <summary>The hash, if it is by hash.</summary>
    public BlockHash? Hash { get; }

    /// <summary>The height, if it is by height.</summary>
    public BlockNumber? Number { get; }

    public static BlockReference At(BlockNumber number) => new(HexText.Quantity(number.Value), number: number);

    public static BlockReference Of(BlockHash hash) => new(hash.ToString(), hash);

    /// <summary>As a parameter of methods that look at a state (EIP-1898 for a hash).</summary>
    public JsonNode ToJson() => Hash is { } hash ? new JsonObject { ["blockHash"] = hash.ToString() } : JsonValue.Create(Text);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private string Text => _text ?? "latest";
}

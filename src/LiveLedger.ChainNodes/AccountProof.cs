using System.Text.Json;
using LiveLedger.Chain;
using LiveLedger.Cryptography;

namespace LiveLedger.ChainNodes;

/// <summary>An account's state and some of its storage, with the Merkle-Patricia nodes that prove them (EIP-1186). Nothing here is verified.</summary>
/// <param name="Address">The account.</param>
/// <param name="Nonce">Its nonce.</param>
/// <param name="Balance">Its balance.</param>
/// <param name="StorageHash">Root of its storage.</param>
/// <param name="CodeHash">Hash of its code.</param>
/// <param name="Nodes">From the state's root down to the account.</param>
/// <param name="Storage">One for each key that was asked for, in that order.</param>
internal sealed record AccountProof(
    Address Address, ulong Nonce, UInt128 Balance, Bytes32 StorageHash, Bytes32 CodeHash, IReadOnlyList<byte[]> Nodes, IReadOnlyList<StorageProof> Storage)
{
    internal static AccountProof Read(JsonElement json, Address address, IReadOnlyList<Bytes32> keys)
    {
        var storage = json.Member("storageProof").Items(keys.Count).Select(StorageProof.Read).ToArray();
        return json.Member("address").Address() == address && storage.Select(static s => s.Key).SequenceEqual(keys)
            ? new(
                address, json.Member("nonce").Number(), json.Member("balance").Amount(), json.Member("storageHash").Word(), json.Member("codeHash").Word(),
                StorageProof.ReadNodes(json.Member("accountProof")), storage)
            : throw AnswerReading.Bad("the proof of what was asked for");
    }
}

/// <summary>One place of a contract's storage.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">What stands there.</param>
/// <param name="Nodes">From the storage's root down to it.</param>
internal sealed record StorageProof(Bytes32 Key, Bytes32 Value, IReadOnlyList<byte[]> Nodes)
{
    // A path has 64 nibbles, and a node is a branch of 17 at the largest.
    private const int MaxNodes = 65;
    private const int MaxNode = 1024;

    internal static StorageProof Read(JsonElement json) => new(Padded(json.Member("key")), Padded(json.Member("value")), ReadNodes(json.Member("proof")));

    internal static byte[][] ReadNodes(JsonElement json) => [.. json.Items(MaxNodes).Select(static n => n.Data(MaxNode))];

    // Nodes write both as quantities, or as 32 bytes.
    private static Bytes32 Padded(JsonElement json)
    {
        var text = json.ValueKind == JsonValueKind.String ? json.GetString()! : "";
        Span<byte> bytes = stackalloc byte[Bytes32.Length];
        return text.Length is > 2 and <= 66 && HexText.TryRead("0x" + text[2..].PadLeft(64, '0'), bytes) && text.StartsWith("0x", StringComparison.Ordinal)
            ? new(bytes) : throw AnswerReading.Bad("a word");
    }
}

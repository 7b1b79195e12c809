using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace LiveLedger.Chain.Proofs;

/// <summary>Reads a proof's nodes from JSON: a receipt's, and a node's answer to <c>eth_getProof</c> (EIP-1186).</summary>
public static class ProofNodesJson
{
    /// <summary>Reads the answer of a node that was asked for an account and one slot of it. Whether the nodes prove anything, only checking them tells.</summary>
    public static bool TryReadAnswer(
        JsonElement answer, [NotNullWhen(true)] out IReadOnlyList<ReadOnlyMemory<byte>>? account, [NotNullWhen(true)] out IReadOnlyList<ReadOnlyMemory<byte>>? storage)
    {
        (account, storage) = (null, null);
        return answer.ValueKind == JsonValueKind.Object && PlainJson.Is(answer) && TryRead(answer, "accountProof", out account)
            && answer.TryGetProperty("storageProof", out var slots) && slots.ValueKind == JsonValueKind.Array && slots.GetArrayLength() == 1
            && slots[0].ValueKind == JsonValueKind.Object && TryRead(slots[0], "proof", out storage);
    }

    internal static bool TryRead(JsonElement json, string name, [NotNullWhen(true)] out IReadOnlyList<ReadOnlyMemory<byte>>? nodes)
    {
        nodes = null;
        if (!json.TryGetProperty(name, out var array) || array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > TrieProof.MaxNodes)
        {
            return false;
        }

        var read = new List<ReadOnlyMemory<byte>>();
        foreach (var element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.String || !HexText.TryRead(element.GetString(), TrieProof.MaxNodeLength, out var node))
            {
                return false;
            }

            read.Add(node);
        }

        nodes = read;
        return true;
    }
}

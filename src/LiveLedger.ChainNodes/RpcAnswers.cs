using System.Text.Json;
using LiveLedger.Chain;

namespace LiveLedger.ChainNodes;

/// <summary>Reads what a node answers (JSON-RPC 2.0 §5, §6): every question's id once, and a result or an error to each.</summary>
internal static class RpcAnswers
{
    private const int MaxErrorData = 64 * 1024;

    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>The results, in the order of the questions.</summary>
    /// <param name="body">The answer.</param>
    /// <param name="firstId">Id of the first question.</param>
    /// <param name="count">How many there were.</param>
    /// <param name="batch">Whether they went as a batch.</param>
    /// <param name="node">Who answers.</param>
    /// <exception cref="ChainException">It is no answer to them, or one of them is refused.</exception>
    /// <exception cref="BatchRefusedException">It is one error for all.</exception>
    public static JsonElement[] Read(ReadOnlyMemory<byte> body, long firstId, int count, bool batch, NodeAddress node)
    {
        using var document = Parse(body);
        var root = document.RootElement;
        if (!batch)
        {
            return [Result(root, node, root.ValueKind == JsonValueKind.Object && Id(root) is var id && (id == firstId || (id is null && root.TryGetProperty("error", out _))))];
        }

        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out _))
        {
            // One that passes says nothing about batches.
            var refusal = ErrorOf(root, node);
            throw refusal.OfTheNode ? refusal : new BatchRefusedException(refusal);
        }

        if (root.ValueKind != JsonValueKind.Array || root.GetArrayLength() != count)
        {
            throw ChainException.OfAnswer($"the node {node} answers a batch of {count} with something else");
        }

        var results = new JsonElement?[count];
        foreach (var answer in root.EnumerateArray())
        {
            // §6: in any order.
            var place = answer.ValueKind == JsonValueKind.Object && Id(answer) is { } id ? id - firstId : -1;
            var known = place >= 0 && place < count && results[place] is null;
            var result = Result(answer, node, known);
            results[place] = result;
        }

        return [.. results.Select(static r => r!.Value)];
    }

    // §5.1: an error before the id could be read has id null.
    private static JsonElement Result(JsonElement answer, NodeAddress node, bool known)
    {
        if (!known || !answer.TryGetProperty("jsonrpc", out var version) || version.ValueKind != JsonValueKind.String || !version.ValueEquals("2.0"u8))
        {
            throw ChainException.OfAnswer($"the node {node} answers something that was not asked");
        }

        if (answer.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
        {
            throw ErrorOf(answer, node);
        }

        return answer.TryGetProperty("result", out var result) ? result.Clone() : throw ChainException.OfAnswer($"the node {node} answers neither a result nor an error");
    }

    private static ChainException ErrorOf(JsonElement answer, NodeAddress node)
    {
        if (!answer.TryGetProperty("error", out var error) || error.ValueKind != JsonValueKind.Object
            || !error.TryGetProperty("code", out var number) || number.ValueKind != JsonValueKind.Number || !number.TryGetInt32(out var code))
        {
            return ChainException.OfAnswer($"the node {node} answers an error without a number");
        }

        var said = new NodeError(
            code, node.Printable(error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String ? message.GetString() : null),
            error.TryGetProperty("data", out var data) ? RevertData(data) : null);

        // EIP-1474: limit exceeded. Providers say it under other numbers too; all of it passes, here or at another node.
        return (said.Code == -32005 && !said.Says("range", "results", "logs")) || said.Says("rate limit", "too many requests", "compute units per second", "request rate exceeded")
            ? new(ChainException.Unreachable, $"the node {node} has had too many questions: {said.Message}")
            : ChainException.OfError(node.Name, said);
    }

    // geth has it as a string, Parity and its heirs as "Reverted 0x…", others as an object around it.
    private static byte[]? RevertData(JsonElement data)
    {
        if (data.ValueKind == JsonValueKind.Object)
        {
            return data.TryGetProperty("data", out var inner) && inner.ValueKind == JsonValueKind.String ? RevertData(inner) : null;
        }

        var text = data.ValueKind == JsonValueKind.String ? data.GetString()! : "";
        return HexText.TryRead(text.StartsWith("Reverted ", StringComparison.Ordinal) ? text[9..] : text, MaxErrorData, out var bytes) ? bytes : null;
    }

    private static long? Id(JsonElement answer) =>
        answer.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var value) ? value : null;

    private static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body, s_strict);
        }
        catch (JsonException e)
        {
            throw new ChainException(ChainException.Malformed, "what the node answers is no JSON", e);
        }
    }
}

/// <summary>A node takes no batches, or not this one.</summary>
internal sealed class BatchRefusedException(Exception cause) : Exception(cause.Message, cause);

using System.Text.Json;
using System.Text.Json.Nodes;

namespace LiveLedger.ChainNodes;

/// <summary>A question to a node, and how its answer is read. The reader throws <see cref="ChainException"/> for an answer that cannot be.</summary>
internal sealed record RpcCall<T>(string Method, JsonNode?[] Parameters, Func<JsonElement, T> Read)
{
    /// <summary>True if asking twice may do something twice, so that it is put to one node once.</summary>
    public bool Once { get; init; }
}

/// <summary>The bytes of questions (JSON-RPC 2.0 §4, §6).</summary>
internal static class RpcRequest
{
    /// <summary>One question, or several as a batch, with ids from <paramref name="firstId"/> on.</summary>
    public static byte[] Write<T>(ReadOnlySpan<RpcCall<T>> calls, long firstId, bool batch)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            if (batch)
            {
                json.WriteStartArray();
            }

            foreach (var call in calls)
            {
                json.WriteStartObject();
                json.WriteString("jsonrpc", "2.0");
                json.WriteNumber("id", firstId++);
                json.WriteString("method", call.Method);
                json.WriteStartArray("params");
                foreach (var parameter in call.Parameters)
                {
                    if (parameter is null)
                    {
                        json.WriteNullValue();
                    }
                    else
                    {
                        parameter.WriteTo(json);
                    }
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            if (batch)
            {
                json.WriteEndArray();
            }
        }

        return buffer.ToArray();
    }
}

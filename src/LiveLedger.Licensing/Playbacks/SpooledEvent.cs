using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using LiveLedger.Ledger;

namespace LiveLedger.Licensing.Playbacks;

/// <summary>One line of a spool file: an event on its way into the ledger, with the id it will have there.</summary>
internal sealed record SpooledEvent(StreamName Stream, NewEvent Event)
{
    /// <summary>The line, with its line feed.</summary>
    public byte[] ToLine()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("stream", Stream.Value);
            json.WriteString("id", Event.Id);
            json.WriteString("type", Event.Type);
            json.WriteNumber("schema", Event.Schema);
            json.WriteString("actor", Event.Actor);
            json.WritePropertyName("payload");
            json.WriteRawValue(Event.PayloadJson.Span);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a line back; false for one that is damaged.</summary>
    public static bool TryParse(string line, [NotNullWhen(true)] out SpooledEvent? spooled)
    {
        spooled = null;
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            spooled = new(
                new(root.GetProperty("stream").GetString()!),
                new(root.GetProperty("id").GetGuid(), root.GetProperty("type").GetString()!, root.GetProperty("schema").GetInt32(),
                    // The payload's own bytes: what was decided is logged as it was written down.
                    Encoding.UTF8.GetBytes(root.GetProperty("payload").GetRawText()), root.GetProperty("actor").GetString()!));
            return true;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return false;
        }
    }
}

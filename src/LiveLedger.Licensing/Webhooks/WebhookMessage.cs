using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiveLedger.Messages.V1;

namespace LiveLedger.Licensing.Webhooks;

/// <summary>A message to the outside as a webhook gets it: <c>{"type","timestamp","data"}</c>, the shape of Standard Webhooks.</summary>
internal static class WebhookMessage
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>The types there are, and the messages they are of.</summary>
    public static readonly FrozenDictionary<Type, string> Types = new[]
    {
        typeof(BroadcastStarted), typeof(BroadcastEnded), typeof(BroadcastTakenDown), typeof(BroadcastRestored),
        typeof(EntitlementGranted), typeof(EntitlementSuspended), typeof(EntitlementResumed), typeof(EntitlementRevoked), typeof(EntitlementRefunded), typeof(EntitlementTransferred),
        typeof(LicenceGranted), typeof(LicenceRefused),
    }.ToFrozenDictionary(static type => type, static type => NameOf(type.Name));

    /// <summary>
    /// True for messages of licences, of which there is one a viewer and key period: a shop has them if it names them, and after all others.
    /// </summary>
    public static bool IsLicence(string type) => type.StartsWith("licence.", StringComparison.Ordinal);

    /// <summary>The body of a message.</summary>
    public static byte[] Body(object message, string type, DateTimeOffset at) => JsonSerializer.SerializeToUtf8Bytes(
        new JsonObject { ["type"] = type, ["timestamp"] = at.ToString("O"), ["data"] = JsonSerializer.SerializeToNode(message, message.GetType(), s_json) }, s_json);

    // EntitlementGranted: entitlement.granted; BroadcastTakenDown: broadcast.taken_down.
    private static string NameOf(string name)
    {
        var text = new StringBuilder();
        var words = 0;
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && text.Length > 0)
            {
                text.Append(words++ == 0 ? '.' : '_');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}

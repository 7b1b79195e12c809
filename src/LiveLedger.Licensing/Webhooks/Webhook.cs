using System.Diagnostics.CodeAnalysis;
using LiveLedger.Media;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Licensing.Webhooks;

/// <summary>Names a webhook: a UUIDv7, 32 lower-case hexadecimal characters.</summary>
internal readonly record struct WebhookId(Guid Value)
{
    public static bool TryParse([NotNullWhen(true)] string? text, out WebhookId id)
    {
        var read = IdText.TryRead(text, out var value);
        id = new(value);
        return read;
    }

    public override string ToString() => Value.ToString("N");
}

/// <summary>Where a broadcaster's shop wants to be told of a broadcast.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Broadcast">Of which broadcast.</param>
/// <param name="SealedUrl">Where to; <see cref="WebhookSecrets.OpenUrl"/> opens it, and only who needs it does.</param>
/// <param name="Types">Of what; empty for all but licences.</param>
/// <param name="AddedAt">Since when.</param>
/// <param name="After">The log's size then: it is told of entries from this index on.</param>
internal sealed record Webhook(WebhookId Id, BroadcastId Broadcast, byte[] SealedUrl, IReadOnlyList<string> Types, DateTimeOffset AddedAt, LedgerIndex After)
{
    /// <summary>True if it wants messages of this type, and was there when this was logged.</summary>
    public bool Wants(string type, LedgerIndex place) => place.Value >= After.Value && (Types.Count == 0 ? !WebhookMessage.IsLicence(type) : Types.Contains(type));
}

using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Webhooks;

/// <summary>
/// What a webhook's messages are signed with, as Standard Webhooks say (v1: HMAC-SHA256 over id, time and body), and what its address is sealed by.
/// Both are derived from the broadcast's master key, so that they are kept nowhere and the secret can be shown again to its owner.
/// </summary>
/// <remarks>docs/decisions/0014-webhooks-are-signed-by-hmac.md.</remarks>
internal sealed class WebhookSecrets(MasterKeys masters)
{
    private const int KeyLength = 32;

    // A sealed address's length says no more than this about the address's.
    private const int Padding = 64;

    /// <summary>The secret as shops take it: <c>whsec_</c> and base64.</summary>
    public string Show(Webhook webhook)
    {
        Span<byte> secret = stackalloc byte[KeyLength];
        Derive("liveledger webhook secret v1\n"u8, webhook.Broadcast, webhook.Id, secret);
        var text = $"whsec_{Convert.ToBase64String(secret)}";
        CryptographicOperations.ZeroMemory(secret);
        return text;
    }

    /// <summary>The header <c>webhook-signature</c> of a delivery.</summary>
    /// <param name="webhook">To whom.</param>
    /// <param name="message">The header <c>webhook-id</c>.</param>
    /// <param name="seconds">The header <c>webhook-timestamp</c>.</param>
    /// <param name="body">The body, byte by byte as it is sent.</param>
    public string Sign(Webhook webhook, string message, long seconds, ReadOnlySpan<byte> body)
    {
        Span<byte> secret = stackalloc byte[KeyLength];
        Derive("liveledger webhook secret v1\n"u8, webhook.Broadcast, webhook.Id, secret);
        var signature = Sign(secret, message, seconds, body);
        CryptographicOperations.ZeroMemory(secret);
        return signature;
    }

    /// <summary>The same under any secret.</summary>
    internal static string Sign(ReadOnlySpan<byte> secret, string message, long seconds, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        mac.AppendData(Encoding.ASCII.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{message}.{seconds}.")));
        mac.AppendData(body);
        return $"v1,{Convert.ToBase64String(mac.GetHashAndReset())}";
    }

    /// <summary>An address as it rests in the log and the database.</summary>
    public byte[] SealUrl(BroadcastId broadcast, WebhookId id, Uri url)
    {
        var text = Encoding.ASCII.GetBytes(url.AbsoluteUri);
        var padded = new byte[(text.Length / Padding + 1) * Padding];
        text.CopyTo(padded, 0);
        using var key = UrlKey(broadcast, id);
        return key.Wrap(padded, Context(id));
    }

    /// <summary>An address from there.</summary>
    /// <exception cref="InvalidDataException">It was not sealed so, for this webhook.</exception>
    /// <exception cref="KeyFileException">The broadcast's master key does not open.</exception>
    public Uri OpenUrl(Webhook webhook)
    {
        var padded = new byte[Math.Max(0, webhook.SealedUrl.Length - KeyEncryptionKey.Overhead)];
        using var key = UrlKey(webhook.Broadcast, webhook.Id);
        return key.TryUnwrap(webhook.SealedUrl, Context(webhook.Id), padded)
            ? new(Encoding.ASCII.GetString(padded.AsSpan().TrimEnd((byte)0)))
            : throw new InvalidDataException($"the address of webhook {webhook.Id} does not open");
    }

    private KeyEncryptionKey UrlKey(BroadcastId broadcast, WebhookId id)
    {
        Span<byte> key = stackalloc byte[KeyLength];
        try
        {
            Derive("liveledger webhook address v1\n"u8, broadcast, id, key);
            return KeyEncryptionKey.FromBytes(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private void Derive(ReadOnlySpan<byte> label, BroadcastId broadcast, WebhookId id, Span<byte> key)
    {
        Span<byte> info = stackalloc byte[label.Length + 16];
        label.CopyTo(info);
        id.Value.TryWriteBytes(info[label.Length..], bigEndian: true, out _);
        masters.Derive(broadcast, info, key);
    }

    private static string Context(WebhookId id) => $"webhook/{id}/url";
}

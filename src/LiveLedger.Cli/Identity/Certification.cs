using System.Buffers.Text;
using LiveLedger.Cli.Rest;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Records;

namespace LiveLedger.Cli.Identity;

/// <summary>Certifies a broadcast's session key with the broadcaster's identity.</summary>
internal static class Certification
{
    /// <summary>Clocks differ: a record sealed just now by a slow one is still in time.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(5);

    internal static SignerCertificate For(BroadcastView broadcast, Ed25519PublicKey identity, DateTimeOffset now, TimeSpan lifetime) => new()
    {
        Broadcast = BroadcastId.TryParse(broadcast.Id, out var id) ? id : throw new CommandFailure($"'{broadcast.Id}' is no broadcast id"),
        SessionKey = ParseKey(broadcast.SessionKey),
        NotBefore = now - ClockSlack,
        NotAfter = now + lifetime,
        Identity = identity,
    };

    internal static async Task SendAsync(
        ServerApi api, BroadcastView broadcast, Ed25519PrivateKey identity, TimeSpan lifetime, CancellationToken cancellation)
    {
        var certificate = For(broadcast, identity.PublicKey, TimeProvider.System.GetUtcNow(), lifetime).Sign(identity);
        await api.PutAsync($"/v1/broadcasts/{broadcast.Id}/signer", certificate, "application/cose", cancellation);
    }

    private static Ed25519PublicKey ParseKey(string text)
    {
        Span<byte> bytes = stackalloc byte[Ed25519PublicKey.Length];
        return Base64Url.DecodeFromChars(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done
            && written == bytes.Length && Ed25519PublicKey.TryParse(bytes, out var key)
                ? key
                : throw new CommandFailure("the server's session key is no valid Ed25519 key");
    }
}

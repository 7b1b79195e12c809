using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Links;

namespace LiveLedger.Peering.Tests;

/// <summary>A platform and whom it admits.</summary>
internal sealed class Swarm
{
    public const string Issuer = "https://live.example";

    private readonly Ed25519PrivateKey _broadcaster = Ed25519PrivateKey.Generate();

    public Ed25519PrivateKey Platform { get; } = Ed25519PrivateKey.Generate();

    public BroadcastId Broadcast { get; init; } = BroadcastId.New(TimeProvider.System);

    public DateTimeOffset Now { get; } = DateTimeOffset.FromUnixTimeSeconds(1_790_000_000);

    public AdmissionVerifier Verifier => new(Issuer, [Platform.PublicKey]);

    public LinkSelf Admit(Func<Admission, Admission>? change = null, Ed25519PrivateKey? key = null)
    {
        key ??= Ed25519PrivateKey.Generate();
        var admission = (change ?? (static a => a))(new()
        {
            Issuer = Issuer,
            Id = StrictBase64Url.Encode(Random(16)),
            Peer = new(new(Random(32))),
            Key = key.PublicKey,
            Broadcast = Broadcast,
            Role = PeerRole.Viewer,
            IssuedAt = Now,
            ExpiresAt = Now.AddMinutes(10),
            Identity = _broadcaster.PublicKey,
            Tracker = new("wss://live.example/v1/swarm"),
        });
        return new(key, AdmissionToken.Sign(admission, Platform), admission);
    }

    public static byte[] Random(int length) => System.Security.Cryptography.RandomNumberGenerator.GetBytes(length);
}

using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Proofs;

namespace LiveLedger.Vectors.Peering;

/// <summary>The platform, its broadcast and two peers. All of it is made from constants.</summary>
internal static class PeeringWorld
{
    internal const string Issuer = "https://live.example";

    internal static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_790_000_000);

    internal static readonly Ed25519PrivateKey Platform = Key(71);
    internal static readonly Ed25519PrivateKey OtherPlatform = Key(72);
    internal static readonly Ed25519PrivateKey Broadcaster = Key(73);
    internal static readonly Ed25519PrivateKey Alice = Key(74);
    internal static readonly Ed25519PrivateKey Bob = Key(75);

    internal static readonly BroadcastId Broadcast = Id("01990000000070008000000000000001");
    internal static readonly BroadcastId OtherBroadcast = Id("01990000000070008000000000000002");

    internal static Admission Admission() => new()
    {
        Issuer = Issuer,
        Id = StrictBase64Url.Encode(Filled(16, 1)),
        Peer = Pseudonym(2),
        Key = Alice.PublicKey,
        Broadcast = Broadcast,
        Role = PeerRole.Viewer,
        IssuedAt = Now,
        ExpiresAt = Now.AddMinutes(10),
        Identity = Broadcaster.PublicKey,
        Tracker = new("wss://live.example/v1/swarm"),
    };

    internal static PeerPseudonym Pseudonym(byte fill) => new(new(Filled(32, fill)));

    internal static Nonce Nonce(byte fill) => new(new(Filled(32, fill)));

    internal static TrackName Track(string text) => TrackName.TryParse(text, out var track) ? track : throw new ArgumentException(text);

    internal static byte[] Filled(int length, byte with)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, with);
        return bytes;
    }

    private static Ed25519PrivateKey Key(byte seed) => Ed25519PrivateKey.FromSeed(Filled(32, seed));

    private static BroadcastId Id(string text) => BroadcastId.TryParse(text, out var id) ? id : throw new ArgumentException(text);
}

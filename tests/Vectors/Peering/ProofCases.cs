using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Proofs;
using static LiveLedger.Vectors.Peering.PeeringWorld;

namespace LiveLedger.Vectors.Peering;

internal static class ProofCases
{
    public static readonly LinkProof Link = new(
        Broadcast, new(Alice.PublicKey, Nonce(11)), new(Bob.PublicKey, Nonce(12)), ChannelBinding.Dtls(new(Filled(32, 13)), new(Filled(32, 14))));

    public static readonly LinkProof RelayLink = Link with { Channel = ChannelBinding.Relay("https://relay.example") };

    public static object All()
    {
        var admission = AdmissionToken.Sign(Admission(), Platform);
        var tracker = new Uri("wss://live.example/v1/swarm");
        return new
        {
            Request = new
            {
                Issuer,
                Broadcast = Broadcast.ToString(),
                Time = Now.ToUnixTimeMilliseconds(),
                Nonce = Nonce(10).Value.ToString(),
                Bytes = Hex(PossessionProof.RequestBytes(Issuer, Broadcast, Alice.PublicKey, Now, Nonce(10))),
                Signature = Hex(Signed(PossessionProof.RequestBytes(Issuer, Broadcast, Alice.PublicKey, Now, Nonce(10)))),
            },
            Join = new
            {
                Tracker = tracker.AbsoluteUri,
                Nonce = Nonce(10).Value.ToString(),
                Admission = admission,
                Bytes = Hex(PossessionProof.JoinBytes(tracker, Nonce(10), admission)),
                Signature = Hex(Signed(PossessionProof.JoinBytes(tracker, Nonce(10), admission))),
            },
            Links = new[] { Of("a data channel", Link, null), Of("a relay's WebSocket", RelayLink, "https://relay.example") },
            Tags = new[] { "0", "audio-en" }.Select(static name => new { Track = name, Tag = TrackTag.Of(Broadcast, Track(name)).ToString() }),
        };
    }

    private static object Of(string name, LinkProof link, string? origin) => new
    {
        name,
        origin,
        offererNonce = link.Offerer.Nonce.Value.ToString(),
        answererNonce = link.Answerer.Nonce.Value.ToString(),
        offererFingerprint = origin is null ? link.Channel.Offerer.ToString() : null,
        answererFingerprint = origin is null ? link.Channel.Answerer.ToString() : null,
        offererBytes = Hex(link.Bytes(LinkSide.Offerer)),
        answererBytes = Hex(link.Bytes(LinkSide.Answerer)),
        offererProof = Hex(link.Sign(LinkSide.Offerer, Alice)),
        answererProof = Hex(link.Sign(LinkSide.Answerer, Bob)),
    };

    private static byte[] Signed(byte[] bytes)
    {
        var signature = new byte[Ed25519PublicKey.SignatureLength];
        Alice.Sign(bytes, signature);
        return signature;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

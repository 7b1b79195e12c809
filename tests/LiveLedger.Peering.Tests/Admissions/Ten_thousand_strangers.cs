using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Links;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Proofs;

namespace LiveLedger.Peering.Tests.Admissions;

/// <summary>10,000 who are not admitted, in all the ways there are, at a peer's own door. A peer that is stands among them every hundred, so that a door that lets nobody in is found out too.</summary>
public sealed class Ten_thousand_strangers
{
    private const int Count = 10_000;

    private readonly Swarm _swarm = new();
    private readonly Random _random = new(5);
    private readonly ChannelBinding _channel = ChannelBinding.Dtls(new(Swarm.Random(32)), new(Swarm.Random(32)));
    private readonly LinkSelf _self;
    private readonly LinkSelf _victim;
    private readonly Ed25519PrivateKey _thief = Ed25519PrivateKey.Generate();

    public Ten_thousand_strangers() => (_self, _victim) = (_swarm.Admit(), _swarm.Admit());

    [Fact]
    public void Are_let_in_by_nobody()
    {
        (string Name, Func<bool> Enter)[] tricks =
        [
            ("a stolen admission, proved with the thief's key", () => Enter(_victim.Token, Proof(_victim.Admission.Key, _thief))),
            ("a stolen admission, proved with nothing", () => Enter(_victim.Token, static _ => new byte[64])),
            ("a stolen admission, proved by chance", () => Enter(_victim.Token, _ => Swarm.Random(64))),
            ("a stolen admission, and its owner's proof of another link", () => Enter(_victim.Token, _ => Of(Link(_victim.Admission.Key, Nonce.New(), Nonce.New())).Sign(LinkSide.Answerer, _victim.Key))),
            ("a stolen admission, and its owner's proof of another channel", () => Enter(_victim.Token, link => (link with { Channel = ChannelBinding.Dtls(new(Swarm.Random(32)), new(Swarm.Random(32))) }).Sign(LinkSide.Answerer, _victim.Key))),
            ("a stolen admission, and its owner's proof of the other side", () => Enter(_victim.Token, link => link.Sign(LinkSide.Offerer, _victim.Key))),
            ("the door's own proof sent back", () => Enter(_victim.Token, link => link.Sign(LinkSide.Offerer, _self.Key))),
            ("one that is over", () => Enter(Admitted(a => a with { IssuedAt = _swarm.Now.AddMinutes(-11 - _random.Next(60)), ExpiresAt = _swarm.Now.AddSeconds(-31 - _random.Next(60)) }, clip: true))),
            ("one whose time has not come", () => Enter(Admitted(a => a with { IssuedAt = _swarm.Now.AddSeconds(31 + _random.Next(3600)), ExpiresAt = _swarm.Now.AddHours(2) }, clip: true))),
            ("one for another broadcast", () => Enter(Admitted(static a => a with { Broadcast = BroadcastId.New(TimeProvider.System) }))),
            ("one of another platform", () => Enter(Admitted(static a => a with { Issuer = "https://other.example" }))),
            ("one signed by itself", () => Enter(SelfSigned(_thief))),
            ("one with a bit turned", () => Enter(Turned(_victim.Token), Proof(_victim.Admission.Key, _victim.Key))),
            ("alg none", () => Enter(WithHeader("""{"alg":"none","typ":"liveledger-admission+jwt","kid":"KID"}""", empty: true), Proof(_victim.Admission.Key, _victim.Key))),
            ("alg none with a signature", () => Enter(WithHeader("""{"alg":"none","typ":"liveledger-admission+jwt","kid":"KID"}"""), Proof(_victim.Admission.Key, _victim.Key))),
            ("alg HS256 under the public key", () => Enter(Hs256(), Proof(_victim.Admission.Key, _victim.Key))),
            ("a key of its own in the header", () => Enter(WithHeader($$"""{"alg":"EdDSA","typ":"liveledger-admission+jwt","kid":"KID","jwk":{{Jwk.ToJson(_thief.PublicKey)}}}"""), Proof(_victim.Admission.Key, _victim.Key))),
            ("a viewer token", () => Enter(OfKind("liveledger-viewer+jwt"), Proof(_victim.Admission.Key, _victim.Key))),
            ("a low-order key and a signature that holds for every message", () => Enter(LowOrder(), static _ => LowOrderSignature())),
            ("no admission", () => Enter("x", Proof(_victim.Admission.Key, _victim.Key))),
        ];

        var entered = new Dictionary<string, int>();
        var admitted = 0;
        for (var n = 0; n < Count; n++)
        {
            var (name, enter) = tricks[n % tricks.Length];
            if (enter())
            {
                entered[name] = entered.GetValueOrDefault(name) + 1;
            }

            if (n % 100 == 0)
            {
                var guest = _swarm.Admit();
                admitted += Enter(guest.Token, link => link.Sign(LinkSide.Answerer, guest.Key)) ? 1 : 0;
            }
        }

        Assert.Empty(entered);
        Assert.Equal(Count / 100, admitted);
    }

    [Fact]
    public void What_every_reader_would_refuse_is_not_signed()
    {
        foreach (var wrong in (Func<Admission, Admission>[])[
            static a => a with { Key = default }, static a => a with { Identity = default }, static a => a with { ExpiresAt = a.IssuedAt + 2 * Admission.LongestLife },
            static a => a with { Tracker = new("ftp://live.example/") }, static a => a with { Id = "short" }])
        {
            Assert.Throws<ArgumentException>(() => _swarm.Admit(wrong));
        }
    }

    private bool Enter(LinkSelf stranger) => Enter(stranger.Token, link => link.Sign(LinkSide.Answerer, stranger.Key));

    private bool Enter(string token, Func<LinkProof, byte[]> prove)
    {
        var door = new LinkHandshake(_swarm.Verifier, _self, LinkSide.Offerer, _channel, static _ => false);
        Assert.True(Hello.TryRead(door.Hello(), out var hello));
        var nonce = Nonce.New();
        door.Take(new Hello(nonce, token).ToMessage(), _swarm.Now);
        if (door.Refusal != LinkRefusal.None)
        {
            return false;
        }

        door.Take(Messages.Proof.ToMessage(prove(Of(Link(door.Other!.Key, hello.Nonce, nonce)))), _swarm.Now);
        return door.IsUp;
    }

    private static Func<LinkProof, byte[]> Proof(Ed25519PublicKey claimed, Ed25519PrivateKey key) => link => link with { Answerer = link.Answerer with { Key = claimed } } is var stated ? stated.Sign(LinkSide.Answerer, key) : [];

    private (LinkParty Offerer, LinkParty Answerer) Link(Ed25519PublicKey other, Nonce mine, Nonce theirs) => (new(_self.Key.PublicKey, mine), new(other, theirs));

    private LinkProof Of((LinkParty Offerer, LinkParty Answerer) parties) => new(_swarm.Broadcast, parties.Offerer, parties.Answerer, _channel);

    private LinkSelf Admitted(Func<Admission, Admission> change, bool clip = false) => _swarm.Admit(a => change(a) is var changed && clip
        ? changed with { ExpiresAt = changed.ExpiresAt - changed.IssuedAt > Admission.LongestLife ? changed.IssuedAt + Admission.LongestLife : changed.ExpiresAt }
        : change(a));

    private LinkSelf SelfSigned(Ed25519PrivateKey key)
    {
        var admission = _victim.Admission with { Key = key.PublicKey };
        return new(key, AdmissionToken.Sign(admission, key), admission);
    }

    private string Turned(string token)
    {
        while (true)
        {
            var at = _random.Next(token.Length);
            var other = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[_random.Next(64)];
            if (other != token[at] && token[at] != '.')
            {
                return $"{token[..at]}{other}{token[(at + 1)..]}";
            }
        }
    }

    private byte[] Claims() => JwsCompact.TryParse(_victim.Token, AdmissionToken.Typ, out var message) ? message.Payload.ToArray() : [];

    private string Kid => JwkThumbprint.Of(_swarm.Platform.PublicKey);

    // Signed by the platform's own key, so that the header alone is what must be refused.
    private string WithHeader(string header, bool empty = false)
    {
        var input = $"{StrictBase64Url.Encode(Encoding.ASCII.GetBytes(header.Replace("KID", Kid, StringComparison.Ordinal)))}.{StrictBase64Url.Encode(Claims())}";
        var signature = new byte[64];
        _swarm.Platform.Sign(Encoding.ASCII.GetBytes(input), signature);
        return $"{input}.{(empty ? "" : StrictBase64Url.Encode(signature))}";
    }

    private string Hs256()
    {
        var input = $"{StrictBase64Url.Encode(Encoding.ASCII.GetBytes($$"""{"alg":"HS256","typ":"liveledger-admission+jwt","kid":"{{Kid}}"}"""))}.{StrictBase64Url.Encode(Claims())}";
        return $"{input}.{StrictBase64Url.Encode(System.Security.Cryptography.HMACSHA256.HashData(_swarm.Platform.PublicKey.Value.ToArray(), Encoding.ASCII.GetBytes(input)))}";
    }

    private string OfKind(string typ) => JwsCompact.Sign(typ, Kid, Claims(), _swarm.Platform);

    // The neutral element as a key: S = 0, R = the neutral element "verifies" for a reader that takes such keys.
    private string LowOrder()
    {
        var claims = Encoding.UTF8.GetString(Claims()).Replace(StrictBase64Url.Encode(_victim.Admission.Key.Value.ToArray()), StrictBase64Url.Encode([1, .. new byte[31]]), StringComparison.Ordinal);
        return JwsCompact.Sign(AdmissionToken.Typ, Kid, Encoding.UTF8.GetBytes(claims), _swarm.Platform);
    }

    private static byte[] LowOrderSignature() => [1, .. new byte[63]];
}

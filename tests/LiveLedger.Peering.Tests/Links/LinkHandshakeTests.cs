using LiveLedger.Cryptography;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Links;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Proofs;

namespace LiveLedger.Peering.Tests.Links;

public sealed class LinkHandshakeTests
{
    private readonly Swarm _swarm = new();
    private readonly Bytes32 _hers = new(Swarm.Random(32));
    private readonly Bytes32 _his = new(Swarm.Random(32));

    [Fact]
    public void Two_admitted_peers_on_one_channel_are_up_after_a_hello_and_a_proof_each()
    {
        var (alice, bob) = (Offerer(_swarm.Admit()), Answerer(_swarm.Admit()));
        Shake(alice, bob);
        Assert.True(alice.IsUp && bob.IsUp);
        Assert.NotEqual(alice.Other!.Peer, bob.Other!.Peer);
    }

    [Fact]
    public void A_platform_that_names_a_key_twice_is_understood()
    {
        var guest = _swarm.Admit();
        var verifier = new AdmissionVerifier(Swarm.Issuer, [_swarm.Platform.PublicKey, _swarm.Platform.PublicKey]);
        Assert.Equal(AdmissionRefusal.None, verifier.Verify(guest.Token, _swarm.Broadcast, _swarm.Now, out _));
    }

    [Fact]
    public void Somebody_in_the_middle_who_passes_everything_on_gets_no_link()
    {
        // Two channels, each with a certificate of the one between: each end sees that one in place of the other's.
        var (between, andBetween) = (new Bytes32(Swarm.Random(32)), new Bytes32(Swarm.Random(32)));
        var alice = new LinkHandshake(_swarm.Verifier, _swarm.Admit(), LinkSide.Offerer, ChannelBinding.Dtls(_hers, between), static _ => false);
        var bob = new LinkHandshake(_swarm.Verifier, _swarm.Admit(), LinkSide.Answerer, ChannelBinding.Dtls(andBetween, _his), static _ => false);
        Shake(alice, bob);
        Assert.Equal((LinkRefusal.NotProved, LinkRefusal.NotProved), (alice.Refusal, bob.Refusal));
        Assert.False(alice.IsUp || bob.IsUp);
    }

    [Fact]
    public void Without_the_fingerprints_the_same_one_in_the_middle_would_be_between_them()
    {
        // The control: ends that look at no certificate sign the same bytes, however many channels are between them.
        var (alice, bob) = (Unbound(LinkSide.Offerer), Unbound(LinkSide.Answerer));
        Shake(alice, bob);
        Assert.True(alice.IsUp && bob.IsUp);

        LinkHandshake Unbound(LinkSide side) => new(_swarm.Verifier, _swarm.Admit(), side, ChannelBinding.Dtls(default, default), static _ => false);
    }

    [Fact]
    public void A_proof_sent_back_to_its_maker_is_none()
    {
        var alice = Offerer(_swarm.Admit());
        var other = _swarm.Admit();
        var proof = alice.Take(new Hello(Nonce.New(), other.Token).ToMessage(), _swarm.Now);
        Assert.Equal(PeerMessageType.Proof, (PeerMessageType)proof![0]);
        alice.Take(proof, _swarm.Now);
        Assert.Equal(LinkRefusal.NotProved, alice.Refusal);
    }

    [Fact]
    public void Nobody_links_with_itself_under_its_key_or_its_entitlement()
    {
        var self = _swarm.Admit();
        Assert.Equal(LinkRefusal.Oneself, Refused(self, self));
        Assert.Equal(LinkRefusal.Oneself, Refused(self, _swarm.Admit(a => a with { Peer = self.Admission.Peer })));
        Assert.Equal(LinkRefusal.Oneself, Refused(self, _swarm.Admit(key: self.Key)));
    }

    [Fact]
    public void A_private_viewer_links_with_relays_alone_and_no_viewer_with_it()
    {
        var (hidden, open, relay) = (_swarm.Admit(static a => a with { IsPrivate = true }), _swarm.Admit(), _swarm.Admit(static a => a with { Role = PeerRole.Relay, Origin = "https://relay.example" }));
        Assert.Equal(LinkRefusal.RelaysOnly, Refused(hidden, open));
        Assert.Equal(LinkRefusal.RelaysOnly, Refused(open, hidden));
        Assert.Equal(LinkRefusal.None, Refused(hidden, relay));
        Assert.Equal(LinkRefusal.None, Refused(relay, hidden));
    }

    [Fact]
    public void A_relay_is_who_its_admission_says_at_the_origin_that_was_written()
    {
        var (viewer, relay) = (_swarm.Admit(), _swarm.Admit(static a => a with { Role = PeerRole.Relay, Origin = "https://relay.example" }));
        Assert.True(AtOrigin("https://relay.example").IsUp);

        // Another relay's admission shown at this origin, or this one's shown at another.
        Assert.Equal(LinkRefusal.WrongOrigin, AtOrigin("https://elsewhere.example").Refusal);

        // A viewer at the end of a WebSocket has no origin that anything could be tied to.
        var other = new LinkHandshake(_swarm.Verifier, viewer, LinkSide.Offerer, ChannelBinding.Relay("https://relay.example"), static _ => false);
        other.Take(new Hello(Nonce.New(), _swarm.Admit().Token).ToMessage(), _swarm.Now);
        Assert.Equal(LinkRefusal.WrongOrigin, other.Refusal);

        LinkHandshake AtOrigin(string written)
        {
            var ours = new LinkHandshake(_swarm.Verifier, viewer, LinkSide.Offerer, ChannelBinding.Relay(written), static _ => false);
            Shake(ours, new(_swarm.Verifier, relay, LinkSide.Answerer, ChannelBinding.Relay(relay.Admission.Origin!), static _ => false));
            return ours;
        }
    }

    [Fact]
    public void Who_was_revoked_is_refused_and_anything_but_the_message_whose_turn_it_is()
    {
        var (self, other) = (_swarm.Admit(), _swarm.Admit());
        var alice = new LinkHandshake(_swarm.Verifier, self, LinkSide.Offerer, ChannelBinding.Dtls(_hers, _his), a => a.Peer == other.Admission.Peer);
        Assert.Equal(new Bye(ByeReason.NotAdmitted).ToMessage(), alice.Take(new Hello(Nonce.New(), other.Token).ToMessage(), _swarm.Now));
        Assert.Equal(LinkRefusal.Revoked, alice.Refusal);
        Assert.Throws<InvalidOperationException>(() => alice.Take(new Ping(1).ToMessage(), _swarm.Now));

        Assert.Equal(LinkRefusal.Malformed, After(Offerer(self), new Ping(1).ToMessage()));
        Assert.Equal(LinkRefusal.Malformed, After(Offerer(self), Proof.ToMessage(new byte[64])));
        Assert.Equal(LinkRefusal.Malformed, After(Offerer(self), ""u8.ToArray()));
        Assert.Equal(LinkRefusal.Malformed, After(Offerer(self), new Hello(Nonce.New(), other.Token).ToMessage(), new Hello(Nonce.New(), other.Token).ToMessage()));

        LinkRefusal After(LinkHandshake link, params byte[][] messages)
        {
            foreach (var message in messages)
            {
                link.Take(message, _swarm.Now);
            }

            return link.Refusal;
        }
    }

    private LinkRefusal Refused(LinkSelf self, LinkSelf other)
    {
        var link = Offerer(self);
        link.Take(new Hello(Nonce.New(), other.Token).ToMessage(), _swarm.Now);
        return link.Refusal;
    }

    private LinkHandshake Offerer(LinkSelf self) => new(_swarm.Verifier, self, LinkSide.Offerer, ChannelBinding.Dtls(_hers, _his), static _ => false);

    private LinkHandshake Answerer(LinkSelf self) => new(_swarm.Verifier, self, LinkSide.Answerer, ChannelBinding.Dtls(_hers, _his), static _ => false);

    // Each message as it is sent, until nobody has one.
    private void Shake(LinkHandshake one, LinkHandshake other)
    {
        var waiting = new Queue<(LinkHandshake To, byte[] Message)>([(other, one.Hello()), (one, other.Hello())]);
        while (waiting.TryDequeue(out var next))
        {
            if (next.To.Refusal == LinkRefusal.None && next.To.Take(next.Message, _swarm.Now) is { } answer)
            {
                waiting.Enqueue((next.To == one ? other : one, answer));
            }
        }
    }
}

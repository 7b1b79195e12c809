using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Proofs;
using LiveLedger.Peering.Receipts;

namespace LiveLedger.Peering.Links;

/// <summary>Who this side is.</summary>
/// <param name="Key">The private key of its admission. The handshake does not own it.</param>
/// <param name="Token">Its admission as text.</param>
/// <param name="Admission">What it says.</param>
public sealed record LinkSelf(Ed25519PrivateKey Key, string Token, Admission Admission);

/// <summary>
/// One side of a link's beginning (docs/formats/peer-proofs.md): both say hello, each checks the other's admission and then proves its own key over this channel. Knows no network and
/// no clock; whoever drives it sends what it returns, bounds how long it may take, and gives it each message that comes.
/// </summary>
/// <param name="verifier">Decides on admissions.</param>
/// <param name="self">Who this side is.</param>
/// <param name="side">Which side it is.</param>
/// <param name="channel">The channel as this side sees it.</param>
/// <param name="isRevoked">True for an admission that was revoked.</param>
public sealed class LinkHandshake(AdmissionVerifier verifier, LinkSelf self, LinkSide side, ChannelBinding channel, Func<Admission, bool> isRevoked)
{
    private readonly Nonce _nonce = Nonce.New();
    private LinkProof? _proof;

    /// <summary>Who the other is, from when its hello was taken; believe it when <see cref="IsUp"/>.</summary>
    public Admission? Other { get; private set; }

    /// <summary>The link's name in receipts; null before the other's hello.</summary>
    public LinkId? Link => _proof is { } proof ? LinkId.Of(proof.Offerer.Nonce, proof.Answerer.Nonce) : null;

    /// <summary>True once the other has proved itself: anything else may be sent and taken now.</summary>
    public bool IsUp { get; private set; }

    /// <summary>Why there is no link.</summary>
    public LinkRefusal Refusal { get; private set; }

    /// <summary>What is wrong with the other's admission.</summary>
    public AdmissionRefusal Admission { get; private set; }

    /// <summary>The first message.</summary>
    public byte[] Hello() => new Hello(_nonce, self.Token).ToMessage();

    /// <summary>Takes the other's next message.</summary>
    /// <param name="message">From outside.</param>
    /// <param name="now">The platform's time, as far as known.</param>
    /// <returns>What to send; null for nothing. After a refusal it is the <see cref="Bye"/>, and the channel is closed behind it.</returns>
    /// <exception cref="InvalidOperationException">The link is up already, or was refused.</exception>
    public byte[]? Take(ReadOnlySpan<byte> message, DateTimeOffset now)
    {
        if (IsUp || Refusal != LinkRefusal.None)
        {
            throw new InvalidOperationException("the handshake is over");
        }

        return _proof is { } proof ? TakeProof(proof, message) : TakeHello(message, now);
    }

    private byte[]? TakeHello(ReadOnlySpan<byte> message, DateTimeOffset now)
    {
        if (!Messages.Hello.TryRead(message, out var hello))
        {
            return Refuse(LinkRefusal.Malformed, ByeReason.Offence);
        }

        Admission = verifier.Verify(hello.Admission, self.Admission.Broadcast, now, out var other);
        if (other is null)
        {
            return Refuse(LinkRefusal.NotAdmitted, ByeReason.NotAdmitted);
        }

        if (Forbidden(other) is var refusal and not LinkRefusal.None)
        {
            return Refuse(refusal, ByeReason.NotAdmitted);
        }

        var (mine, theirs) = (new LinkParty(self.Key.PublicKey, _nonce), new LinkParty(other.Key, hello.Nonce));
        _proof = new(self.Admission.Broadcast, side == LinkSide.Offerer ? mine : theirs, side == LinkSide.Offerer ? theirs : mine, channel);
        Other = other;
        return Proof.ToMessage(_proof.Value.Sign(side, self.Key));
    }

    private byte[]? TakeProof(LinkProof proof, ReadOnlySpan<byte> message)
    {
        if (!Proof.TryRead(message, out var signature))
        {
            return Refuse(LinkRefusal.Malformed, ByeReason.Offence);
        }

        if (!proof.Verify(side == LinkSide.Offerer ? LinkSide.Answerer : LinkSide.Offerer, signature))
        {
            return Refuse(LinkRefusal.NotProved, ByeReason.NotAdmitted);
        }

        IsUp = true;
        return null;
    }

    private LinkRefusal Forbidden(Admission other)
    {
        if (isRevoked(other))
        {
            return LinkRefusal.Revoked;
        }

        if (other.Key == self.Key.PublicKey || other.Peer == self.Admission.Peer)
        {
            return LinkRefusal.Oneself;
        }

        if ((self.Admission.IsPrivate || other.IsPrivate) && self.Admission.Role == PeerRole.Viewer && other.Role == PeerRole.Viewer)
        {
            return LinkRefusal.RelaysOnly;
        }

        // Who connects knows the origin that it wrote; the relay's admission must be of it. What the relay signs is its own origin, so a lie shows in the proof.
        return side == LinkSide.Offerer && channel.IsRelay && (other.Origin is not { } origin || channel != ChannelBinding.Relay(origin)) ? LinkRefusal.WrongOrigin : LinkRefusal.None;
    }

    private byte[] Refuse(LinkRefusal refusal, ByeReason bye)
    {
        Refusal = refusal;
        return new Bye(bye).ToMessage();
    }
}

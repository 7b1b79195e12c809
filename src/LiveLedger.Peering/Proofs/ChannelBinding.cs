using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography;

namespace LiveLedger.Peering.Proofs;

/// <summary>
/// What ties a link's proofs to the channel that they are sent on, so that somebody in the middle, who has two channels, cannot pass them through.
/// </summary>
public readonly record struct ChannelBinding
{
    private ChannelBinding(byte kind, Bytes32 offerer, Bytes32 answerer) => (Kind, Offerer, Answerer) = (kind, offerer, answerer);

    /// <summary>1: DTLS; 2: a relay's WebSocket.</summary>
    public byte Kind { get; }

    /// <summary>True for a relay's WebSocket.</summary>
    public bool IsRelay => Kind == 2;

    /// <summary>What is known of the side that offered the link.</summary>
    public Bytes32 Offerer { get; }

    /// <summary>What is known of the side that answered.</summary>
    public Bytes32 Answerer { get; }

    /// <summary>A data channel: SHA-256 of both sides' DTLS certificates, each as this side sees it (RFC 8122 §5).</summary>
    public static ChannelBinding Dtls(Bytes32 offerer, Bytes32 answerer) => new(1, offerer, answerer);

    /// <summary>A WebSocket to a relay: its web origin as the one who connects wrote it, and as the relay's admission has it.</summary>
    public static ChannelBinding Relay(string origin) => new(2, default, new(SHA256.HashData(Encoding.UTF8.GetBytes(origin))));
}

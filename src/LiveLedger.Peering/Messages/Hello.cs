using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Proofs;

namespace LiveLedger.Peering.Messages;

/// <summary>The first message of each side: who it says it is.</summary>
/// <param name="Nonce">For the other's proof.</param>
/// <param name="Admission">Its admission.</param>
public readonly record struct Hello(Nonce Nonce, string Admission)
{
    /// <summary>Reads a whole message. False for another version, too.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out Hello hello)
    {
        hello = default;
        var from = new WireReader(message);
        if (!from.TryTake(out byte type) || type != (byte)PeerMessageType.Hello || !from.TryTake(out byte version) || version != PeerMessage.Version
            || !from.TryTake(Nonce.Length, out var nonce) || !from.TryTake(out ushort length) || length is 0 or > AdmissionToken.MaxLength
            || from.Left != length || !from.TryTake(length, out var text) || text.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e))
        {
            return false;
        }

        hello = new(new(new Bytes32(nonce)), Encoding.ASCII.GetString(text));
        return true;
    }

    /// <summary>The message.</summary>
    public byte[] ToMessage()
    {
        var message = new byte[1 + 1 + Nonce.Length + sizeof(ushort) + Admission.Length];
        var to = new WireWriter(message, PeerMessageType.Hello);
        to.Put(PeerMessage.Version);
        to.Put(Nonce.Value);
        to.Put((ushort)Admission.Length);
        to.Put(Encoding.ASCII.GetBytes(Admission));
        return message;
    }
}

/// <summary>The second message of each side: that it is (<see cref="LinkProof"/>).</summary>
public static class Proof
{
    /// <summary>The signature, 64 bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> signature)
    {
        var from = new WireReader(message);
        signature = default;
        return from.TryTake(out byte type) && type == (byte)PeerMessageType.Proof
            && from.Left == Ed25519PublicKey.SignatureLength && from.TryTake(Ed25519PublicKey.SignatureLength, out signature);
    }

    /// <summary>The message.</summary>
    public static byte[] ToMessage(ReadOnlySpan<byte> signature)
    {
        var message = new byte[1 + Ed25519PublicKey.SignatureLength];
        new WireWriter(message, PeerMessageType.Proof).Put(signature);
        return message;
    }
}

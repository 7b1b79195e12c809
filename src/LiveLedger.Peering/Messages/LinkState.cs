using System.Text;
using LiveLedger.Peering.Revocations;

namespace LiveLedger.Peering.Messages;

/// <summary>Asks for a <see cref="Pong"/>: how far away the other is.</summary>
/// <param name="Token">Comes back.</param>
public readonly record struct Ping(ulong Token)
{
    /// <summary>Reads a whole message.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out Ping ping)
    {
        var read = Token8.TryRead(message, PeerMessageType.Ping, out var token);
        ping = new(token);
        return read;
    }

    /// <summary>The message.</summary>
    public byte[] ToMessage() => Token8.ToMessage(PeerMessageType.Ping, Token);
}

/// <summary>The answer to a <see cref="Ping"/>.</summary>
/// <param name="Token">Of the ping.</param>
public readonly record struct Pong(ulong Token)
{
    /// <summary>Reads a whole message.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out Pong pong)
    {
        var read = Token8.TryRead(message, PeerMessageType.Pong, out var token);
        pong = new(token);
        return read;
    }

    /// <summary>The message.</summary>
    public byte[] ToMessage() => Token8.ToMessage(PeerMessageType.Pong, Token);
}

/// <summary>Whether its sender sends chunks now: its owner may not agree, or its battery.</summary>
/// <param name="IsOn">True if it does, as at the beginning.</param>
public readonly record struct Sending(bool IsOn)
{
    /// <summary>Reads a whole message.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out Sending sending)
    {
        sending = default;
        if (message.Length != 2 || message[0] != (byte)PeerMessageType.Sending || message[1] > 1)
        {
            return false;
        }

        sending = new(message[1] == 1);
        return true;
    }

    /// <summary>The message.</summary>
    public byte[] ToMessage() => [(byte)PeerMessageType.Sending, (byte)(IsOn ? 1 : 0)];
}

/// <summary>Why a link ends.</summary>
public enum ByeReason : byte
{
    /// <summary>Its sender goes away.</summary>
    Leaving = 1,

    /// <summary>It has enough others.</summary>
    Full = 2,

    /// <summary>The other's admission or proof is not good.</summary>
    NotAdmitted = 3,

    /// <summary>The other sent what it must not.</summary>
    Offence = 4,
}

/// <summary>The last message.</summary>
/// <param name="Reason">Why.</param>
public readonly record struct Bye(ByeReason Reason)
{
    /// <summary>Reads a whole message.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out Bye bye)
    {
        bye = default;
        if (message.Length != 2 || message[0] != (byte)PeerMessageType.Bye || !Enum.IsDefined((ByeReason)message[1]))
        {
            return false;
        }

        bye = new((ByeReason)message[1]);
        return true;
    }

    /// <summary>The message.</summary>
    public byte[] ToMessage() => [(byte)PeerMessageType.Bye, (byte)Reason];
}

/// <summary>A revocation, passed on: <see cref="RevocationToken.Read"/> says whether it is one.</summary>
/// <param name="Token">The token.</param>
public readonly record struct Revoked(string Token)
{
    /// <summary>Reads a whole message.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out Revoked revoked)
    {
        revoked = default;
        if (message.Length is < 2 or > 1 + RevocationToken.MaxLength || message[0] != (byte)PeerMessageType.Revoked
            || message[1..].ContainsAnyExceptInRange((byte)0x21, (byte)0x7e))
        {
            return false;
        }

        revoked = new(Encoding.ASCII.GetString(message[1..]));
        return true;
    }

    /// <summary>The message.</summary>
    public byte[] ToMessage() => [(byte)PeerMessageType.Revoked, .. Encoding.ASCII.GetBytes(Token)];
}

/// <summary>A receipt of who sends it, for what the other sent.</summary>
/// <param name="Receipt">Its bytes, as signed: what is in them is read and checked apart (docs/formats/receipts.md).</param>
public readonly record struct Receipted(ReadOnlyMemory<byte> Receipt)
{
    /// <summary>Longest one in bytes.</summary>
    public const int MaxLength = 4096;

    /// <summary>Reads a whole message. The bytes are a view of it.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> message, out Receipted receipted)
    {
        receipted = default;
        if (message.Length is < 2 or > 1 + MaxLength || message.Span[0] != (byte)PeerMessageType.Receipted)
        {
            return false;
        }

        receipted = new(message[1..]);
        return true;
    }

    /// <summary>The message.</summary>
    public byte[] ToMessage() => [(byte)PeerMessageType.Receipted, .. Receipt.Span];
}

/// <summary>A fraud proof, passed on: <see cref="FraudProofs.FraudVerifier"/> says whether it is one.</summary>
/// <param name="Proof">Its bytes.</param>
public readonly record struct Fraud(ReadOnlyMemory<byte> Proof)
{
    /// <summary>Reads a whole message. The bytes are a view of it.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> message, out Fraud fraud)
    {
        fraud = default;
        if (message.Length is < 2 or > 1 + FraudProofs.FraudProof.MaxLength || message.Span[0] != (byte)PeerMessageType.Fraud)
        {
            return false;
        }

        fraud = new(message[1..]);
        return true;
    }

    /// <summary>The message.</summary>
    public byte[] ToMessage() => [(byte)PeerMessageType.Fraud, .. Proof.Span];
}

internal static class Token8
{
    public static bool TryRead(ReadOnlySpan<byte> message, PeerMessageType expected, out ulong token)
    {
        token = 0;
        var from = new WireReader(message);
        return from.TryTake(out byte type) && type == (byte)expected && from.TryTake(out token) && from.AtEnd;
    }

    public static byte[] ToMessage(PeerMessageType type, ulong token)
    {
        var message = new byte[9];
        new WireWriter(message, type).Put(token);
        return message;
    }
}

using System.Buffers.Binary;
using System.Text;
using LiveLedger.Chain.Keccak;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Abi;

/// <summary>A function's, error's or event's name and the types of its parameters, as it is hashed: no spaces, no parameter names.</summary>
internal sealed class AbiSignature
{
    public const int SelectorLength = sizeof(uint);

    public AbiSignature(string text)
    {
        Text = text;
        Topic = Keccak256.Of(Encoding.ASCII.GetBytes(text));
        Selector = BinaryPrimitives.ReadUInt32BigEndian(Topic.ToArray());
    }

    public string Text { get; }

    /// <summary>An event's first topic.</summary>
    public Bytes32 Topic { get; }

    /// <summary>A function's or error's first four bytes.</summary>
    public uint Selector { get; }

    /// <summary>The data of a call.</summary>
    public byte[] Call(AbiWriter arguments)
    {
        var tuple = arguments.ToArray();
        var bytes = new byte[SelectorLength + tuple.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Selector);
        tuple.CopyTo(bytes, SelectorLength);
        return bytes;
    }

    /// <summary>True if the topics are this event's, with so many indexed parameters.</summary>
    public bool Names(ReadOnlySpan<Bytes32> topics, int indexed) => topics.Length == 1 + indexed && topics[0] == Topic;
}

using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Chain.Contracts;

/// <summary>A checkpoint was anchored.</summary>
/// <param name="Submitter">By whom: anybody may anchor under any origin, so only the two together say whose log it is.</param>
/// <param name="Origin">SHA-256 of the log's name.</param>
/// <param name="Head">Size and root.</param>
public readonly record struct CheckpointAnchored(Address Submitter, Sha256Hash Origin, TreeHead Head)
{
    internal static readonly AbiSignature Signature = new("CheckpointAnchored(address,bytes32,uint64,bytes32)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out CheckpointAnchored read)
    {
        read = default;
        var words = new AbiReader(data);
        if (!Signature.Names(topics, 2) || !AbiTopics.TryRead(topics[1], out Address submitter)
            || !words.TryTake(out ulong size) || !words.TryTake(out Bytes32 root) || !words.AtEnd)
        {
            return false;
        }

        read = new(submitter, new(topics[2]), new(new(size), new(root)));
        return true;
    }
}

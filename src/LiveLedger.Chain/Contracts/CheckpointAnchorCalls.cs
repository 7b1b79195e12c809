using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Chain.Contracts;

/// <summary>What is asked of the contract CheckpointAnchor. An origin is the SHA-256 of a log's name, UTF-8, without a newline.</summary>
public static class CheckpointAnchorCalls
{
    internal static readonly AbiSignature SubmitFunction = new("submit(bytes32,uint64,bytes32)");
    internal static readonly AbiSignature LatestFunction = new("latest(address,bytes32)");
    internal static readonly AbiSignature RootAtFunction = new("rootAt(address,bytes32,uint64)");
    internal static readonly AbiSignature ProvesFunction = new("proves(address,bytes32,uint64,uint64,bytes,bytes32[])");

    /// <summary>Anchors a checkpoint under the sender's address.</summary>
    public static byte[] Submit(Sha256Hash origin, TreeHead head) =>
        SubmitFunction.Call(new AbiWriter().Add(origin.Value).Add(head.Size.Value).Add(head.Root.Value));

    /// <summary>Asks what was anchored last.</summary>
    public static byte[] Latest(Address submitter, Sha256Hash origin) => LatestFunction.Call(new AbiWriter().Add(submitter).Add(origin.Value));

    /// <summary>Reads the answer to <see cref="Latest"/>; size 0 if nothing was ever anchored.</summary>
    public static bool TryReadLatest(ReadOnlySpan<byte> answer, out TreeHead head, out ulong time)
    {
        var words = new AbiReader(answer);
        var read = words.TryTake(out ulong size) & words.TryTake(out time) & words.TryTake(out Bytes32 root) & words.AtEnd;
        head = read ? new(new(size), new(root)) : default;
        return read;
    }

    /// <summary>Asks for the root anchored at a size.</summary>
    public static byte[] RootAt(Address submitter, Sha256Hash origin, TreeSize size) =>
        RootAtFunction.Call(new AbiWriter().Add(submitter).Add(origin.Value).Add(size.Value));

    /// <summary>Reads the answer to <see cref="RootAt"/>; all zeros if none was anchored at that size.</summary>
    public static bool TryReadRootAt(ReadOnlySpan<byte> answer, out RootHash root)
    {
        var words = new AbiReader(answer);
        var read = words.TryTake(out Bytes32 value) & words.AtEnd;
        root = read ? new(value) : default;
        return read;
    }

    /// <summary>Asks whether an entry stands in the tree anchored at a size.</summary>
    public static byte[] Proves(Address submitter, Sha256Hash origin, LoggedEntry entry) => ProvesFunction.Call(
        entry.AddTo(new AbiWriter().Add(submitter).Add(origin.Value)));

    /// <summary>Reads the answer to <see cref="Proves"/>.</summary>
    public static bool TryReadProves(ReadOnlySpan<byte> answer, out bool proves)
    {
        var words = new AbiReader(answer);
        return words.TryTake(out proves) & words.AtEnd;
    }
}

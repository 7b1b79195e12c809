using LiveLedger.Chain.Abi;
using LiveLedger.Chain.Keccak;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Chain.Proofs;

/// <summary>
/// Where CheckpointAnchor keeps the root of a tree: <c>mapping(address => mapping(bytes32 => mapping(uint64 => bytes32)))</c> in slot 0
/// (Solidity, "Layout of State Variables in Storage": a mapping's value stands at the hash of key and slot).
/// </summary>
public static class AnchorSlot
{
    /// <summary>The slot of a submitter's, an origin's and a size's root.</summary>
    public static Bytes32 Of(Address submitter, Sha256Hash origin, TreeSize size) =>
        Entry(AbiWords.Of(size.Value), Entry(origin.Value.ToArray(), Entry(AbiWords.Of(submitter), default)));

    private static Bytes32 Entry(byte[] key, Bytes32 slot) => Keccak256.Of([.. key, .. slot.ToArray()]);
}

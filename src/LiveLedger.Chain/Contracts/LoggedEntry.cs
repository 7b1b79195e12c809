using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Chain.Contracts;

/// <summary>A ledger entry with its inclusion proof, as the contracts take it (<c>Inclusion</c>).</summary>
/// <param name="Size">Size of the anchored tree.</param>
/// <param name="Index">Where the entry stands in it.</param>
/// <param name="Entry">The entry's bytes.</param>
/// <param name="Path">The proof's hashes from the leaf upwards.</param>
public sealed record LoggedEntry(TreeSize Size, LedgerIndex Index, ReadOnlyMemory<byte> Entry, IReadOnlyList<Bytes32> Path)
{
    internal const string Type = "(uint64,uint64,bytes,bytes32[])";

    internal AbiWriter AddTo(AbiWriter writer) => writer.Add(Size.Value).Add(Index.Value).AddBytes(Entry.Span).AddArray(Path);

    internal AbiWriter ToTuple() => AddTo(new AbiWriter());
}

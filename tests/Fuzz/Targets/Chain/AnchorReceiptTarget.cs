using LiveLedger.Chain.Keccak;
using LiveLedger.Chain.Proofs;

namespace LiveLedger.Fuzz.Targets.Chain;

/// <summary>Anchor receipts and the nodes in them: one form, and under a trusted header nothing is shown but what its state has.</summary>
internal static class AnchorReceiptTarget
{
    private static readonly byte[] s_key = Keccak256.Of(AnchoredSample.Receipt.Contract.ToArray()).ToArray();

    public static FuzzTarget Create() => new("anchor-receipt", [File()], static input =>
    {
        if (!AnchorReceiptJson.TryParse(input, out var receipt))
        {
            return;
        }

        if (!AnchorReceiptJson.TryWrite(receipt, out var written) || !input.SequenceEqual(written))
        {
            throw new FuzzException("a receipt has two forms");
        }

        // The chain's id is the receipt's own word.
        if (receipt.Verify(AnchoredSample.Trusted).Result == AnchorReceiptResult.Valid
            && !(AnchorReceiptJson.TryWrite(receipt with { Chain = AnchoredSample.Receipt.Chain }, out var same) && same.AsSpan().SequenceEqual(File())))
        {
            throw new FuzzException("a receipt shows what the state has not");
        }
    });

    // The root is the node's own hash, so that every mutation is looked into.
    public static FuzzTarget CreateNodes() => new("trie-node",
    [
        .. AnchoredSample.Receipt.AccountProof.Select(static n => n.ToArray()), .. AnchoredSample.Receipt.StorageProof.Select(static n => n.ToArray()),
        [0xc8, 0x20, 0x86, 1, 2, 3, 4, 5, 6],
    ], static input =>
    {
        var node = input.ToArray();
        foreach (var key in (byte[][])[s_key, [], [0x20, 0x00]])
        {
            var result = TrieProof.Verify(Keccak256.Of(node), key, [node], out var value);
            if (result == TrieResult.Unknown || (result == TrieResult.Present) == value.IsEmpty || node.AsSpan().IndexOf(value.Span) < 0)
            {
                throw new FuzzException("a value is not the node's");
            }
        }
    });

    private static byte[] File() => AnchorReceiptJson.TryWrite(AnchoredSample.Receipt, out var file) ? file : throw new FuzzException("our own receipt is not written");
}

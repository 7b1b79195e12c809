using LiveLedger.Chain.Blocks;
using LiveLedger.Chain.Keccak;
using LiveLedger.Chain.Rlp;

namespace LiveLedger.Fuzz.Targets.Chain;

/// <summary>RLP of others: what is read has one form, and a header is named by its bytes.</summary>
internal static class RlpTarget
{
    private const int Depth = 8;

    public static FuzzTarget Create() => new("rlp", [[0xc7, 0xc0, 0xc1, 0xc0, 0xc3, 0xc0, 0xc1, 0xc0], Header(), .. AnchoredSample.Receipt.AccountProof.Select(static n => n.ToArray())], static input =>
    {
        var reader = new RlpReader(input);
        if (reader.TryTakeItem(Depth, out _) && reader.AtEnd && !Write(input).AsSpan().SequenceEqual(input))
        {
            throw new FuzzException("an item has two forms");
        }
    });

    public static FuzzTarget CreateHeaders() => new("block-header", [Header(), AnchoredSample.Receipt.Header.ToArray()], static input =>
    {
        if (BlockHeader.TryParse(input, out var header) && (input.Length > BlockHeader.MaxLength || header.Hash.Value != Keccak256.Of(input)))
        {
            throw new FuzzException("a header is not what was read");
        }
    });

    // The item in a list of its own, without that list's header.
    private static byte[] Write(ReadOnlySpan<byte> item)
    {
        var list = new RlpWriter();
        var items = new RlpReader(item);
        Copy(ref items, list);
        var outer = new RlpReader(list.ToArray());
        return outer.TryTakeList(out var inner) && inner.TryTakeItem(Depth, out var only) ? only.ToArray() : [];
    }

    private static void Copy(ref RlpReader items, RlpWriter to)
    {
        while (!items.AtEnd)
        {
            if (items.IsList && items.TryTakeList(out var inner))
            {
                var list = new RlpWriter();
                Copy(ref inner, list);
                to.Add(list);
            }
            else if (items.TryTakeBytes(out var bytes))
            {
                to.Add(bytes);
            }
            else
            {
                throw new FuzzException("an item that was passed over cannot be read");
            }
        }
    }

    private static byte[] Header() => new BlockHeaderFields
    {
        ParentHash = default,
        OmmersHash = default,
        Beneficiary = default,
        StateRoot = default,
        TransactionsRoot = default,
        ReceiptsRoot = default,
        LogsBloom = new byte[256],
        Difficulty = 0,
        Number = 1,
        GasLimit = 30_000_000,
        GasUsed = 0,
        Timestamp = 1_764_000_000,
        ExtraData = ReadOnlyMemory<byte>.Empty,
        MixHash = default,
        Nonce = 0,
        BaseFeePerGas = 7,
    }.TryWriteRlp(out var rlp) ? rlp : throw new FuzzException("our own header is not written");
}

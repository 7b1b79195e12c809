using LiveLedger.Chain.Blocks;
using LiveLedger.Cryptography;

namespace LiveLedger.Harness.Chain;

/// <summary>The header of a made-up block, of which a receipt needs the state alone.</summary>
public static class SampleHeader
{
    /// <summary>As RLP.</summary>
    public static ReadOnlyMemory<byte> Of(Bytes32 stateRoot, ulong number, ulong timestamp)
    {
        var fields = new BlockHeaderFields
        {
            ParentHash = default,
            OmmersHash = default,
            Beneficiary = default,
            StateRoot = stateRoot,
            TransactionsRoot = default,
            ReceiptsRoot = default,
            LogsBloom = new byte[256],
            Difficulty = 0,
            Number = number,
            GasLimit = 30_000_000,
            GasUsed = 0,
            Timestamp = timestamp,
            ExtraData = ReadOnlyMemory<byte>.Empty,
            MixHash = default,
            Nonce = 0,
        };
        return fields.TryWriteRlp(out var header) ? header : throw new InvalidOperationException("our own header is not written");
    }
}

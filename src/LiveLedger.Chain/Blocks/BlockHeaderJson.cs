using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Blocks;

/// <summary>Reads a header's fields from a block as JSON-RPC gives it (execution-apis, <c>eth_getBlockByNumber</c>).</summary>
public static class BlockHeaderJson
{
    private const int BloomLength = 256;

    /// <summary>False if a field of the first forks is missing, or any is malformed. Whether they are that block's, its hash tells.</summary>
    public static bool TryRead(JsonElement block, [NotNullWhen(true)] out BlockHeaderFields? fields)
    {
        fields = null;
        if (block.ValueKind != JsonValueKind.Object || !PlainJson.Is(block)
            || !TryHash(block, "parentHash", out var parent) || !TryHash(block, "sha3Uncles", out var ommers)
            || !Address.TryParse(PlainJson.Text(block, "miner"), out var beneficiary) || !TryHash(block, "stateRoot", out var stateRoot)
            || !TryHash(block, "transactionsRoot", out var transactionsRoot) || !TryHash(block, "receiptsRoot", out var receiptsRoot)
            || !HexText.TryRead(PlainJson.Text(block, "logsBloom"), BloomLength, out var bloom) || bloom.Length != BloomLength
            || !HexText.TryReadQuantity(PlainJson.Text(block, "difficulty") ?? "0x0", out var difficulty)
            || !TryNumber(block, "number", out var number) || !TryNumber(block, "gasLimit", out var gasLimit)
            || !TryNumber(block, "gasUsed", out var gasUsed) || !TryNumber(block, "timestamp", out var timestamp)
            || !HexText.TryRead(PlainJson.Text(block, "extraData"), BlockHeader.MaxLength, out var extraData)
            || !TryHash(block, "mixHash", out var mixHash) || !TryNonce(block, out var nonce)
            || !TryLater(block, "baseFeePerGas", HexText.TryReadQuantity, out UInt128? baseFee)
            || !TryLater(block, "withdrawalsRoot", TryReadHash, out Bytes32? withdrawalsRoot)
            || !TryLater(block, "blobGasUsed", TryReadNumber, out ulong? blobGasUsed)
            || !TryLater(block, "excessBlobGas", TryReadNumber, out ulong? excessBlobGas)
            || !TryLater(block, "parentBeaconBlockRoot", TryReadHash, out Bytes32? beaconRoot)
            || !TryLater(block, "requestsHash", TryReadHash, out Bytes32? requestsHash))
        {
            return false;
        }

        fields = new()
        {
            ParentHash = parent,
            OmmersHash = ommers,
            Beneficiary = beneficiary,
            StateRoot = stateRoot,
            TransactionsRoot = transactionsRoot,
            ReceiptsRoot = receiptsRoot,
            LogsBloom = bloom,
            Difficulty = difficulty,
            Number = number,
            GasLimit = gasLimit,
            GasUsed = gasUsed,
            Timestamp = timestamp,
            ExtraData = extraData,
            MixHash = mixHash,
            Nonce = nonce,
            BaseFeePerGas = baseFee,
            WithdrawalsRoot = withdrawalsRoot,
            BlobGasUsed = blobGasUsed,
            ExcessBlobGas = excessBlobGas,
            ParentBeaconBlockRoot = beaconRoot,
            RequestsHash = requestsHash,
        };
        return true;
    }

    private delegate bool Reader<T>(string? text, out T value);

    private static bool TryHash(JsonElement block, string name, out Bytes32 hash) => TryReadHash(PlainJson.Text(block, name), out hash);

    private static bool TryNumber(JsonElement block, string name, out ulong number) => TryReadNumber(PlainJson.Text(block, name), out number);

    private static bool TryNonce(JsonElement block, out ulong nonce)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        var read = HexText.TryRead(PlainJson.Text(block, "nonce"), bytes);
        nonce = read ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : default;
        return read;
    }

    // A field that the chain's fork does not have is missing, or null.
    private static bool TryLater<T>(JsonElement block, string name, Reader<T> reader, out T? value)
        where T : struct
    {
        value = null;
        if (!block.TryGetProperty(name, out var element) || element.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        var read = reader(PlainJson.Text(block, name), out var present);
        value = read ? present : null;
        return read;
    }

    private static bool TryReadHash(string? text, out Bytes32 hash)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Length];
        var read = HexText.TryRead(text, bytes);
        hash = read ? new(bytes) : default;
        return read;
    }

    private static bool TryReadNumber(string? text, out ulong number)
    {
        var read = HexText.TryReadQuantity(text, out var value) && value <= ulong.MaxValue;
        number = read ? (ulong)value : default;
        return read;
    }
}

using System.Diagnostics.CodeAnalysis;
using LiveLedger.Chain.Rlp;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Blocks;

/// <summary>
/// All fields of a header by their names in JSON-RPC, to write its RLP where a node does not give it. Forks up to Osaka: a later
/// one's fields are missing here, and then the hash does not come out.
/// </summary>
public sealed record BlockHeaderFields
{
    /// <summary>parentHash</summary>
    public required Bytes32 ParentHash { get; init; }

    /// <summary>sha3Uncles</summary>
    public required Bytes32 OmmersHash { get; init; }

    /// <summary>miner</summary>
    public required Address Beneficiary { get; init; }

    /// <summary>stateRoot</summary>
    public required Bytes32 StateRoot { get; init; }

    /// <summary>transactionsRoot</summary>
    public required Bytes32 TransactionsRoot { get; init; }

    /// <summary>receiptsRoot</summary>
    public required Bytes32 ReceiptsRoot { get; init; }

    /// <summary>logsBloom</summary>
    public required ReadOnlyMemory<byte> LogsBloom { get; init; }

    /// <summary>difficulty</summary>
    public required UInt128 Difficulty { get; init; }

    /// <summary>number</summary>
    public required ulong Number { get; init; }

    /// <summary>gasLimit</summary>
    public required ulong GasLimit { get; init; }

    /// <summary>gasUsed</summary>
    public required ulong GasUsed { get; init; }

    /// <summary>timestamp</summary>
    public required ulong Timestamp { get; init; }

    /// <summary>extraData</summary>
    public required ReadOnlyMemory<byte> ExtraData { get; init; }

    /// <summary>mixHash</summary>
    public required Bytes32 MixHash { get; init; }

    /// <summary>nonce</summary>
    public required ulong Nonce { get; init; }

    /// <summary>baseFeePerGas, since London (EIP-1559)</summary>
    public UInt128? BaseFeePerGas { get; init; }

    /// <summary>withdrawalsRoot, since Shanghai (EIP-4895)</summary>
    public Bytes32? WithdrawalsRoot { get; init; }

    /// <summary>blobGasUsed, since Cancun (EIP-4844)</summary>
    public ulong? BlobGasUsed { get; init; }

    /// <summary>excessBlobGas, since Cancun (EIP-4844)</summary>
    public ulong? ExcessBlobGas { get; init; }

    /// <summary>parentBeaconBlockRoot, since Cancun (EIP-4788)</summary>
    public Bytes32? ParentBeaconBlockRoot { get; init; }

    /// <summary>requestsHash, since Prague (EIP-7685)</summary>
    public Bytes32? RequestsHash { get; init; }

    /// <summary>Writes the header; false if a fork's field is there without those of the forks before it, or a field has a length of its own.</summary>
    public bool TryWriteRlp([NotNullWhen(true)] out byte[]? rlp)
    {
        rlp = null;
        bool[] forks = [BaseFeePerGas is not null, WithdrawalsRoot is not null, BlobGasUsed is not null, ExcessBlobGas is not null, ParentBeaconBlockRoot is not null, RequestsHash is not null];
        if (LogsBloom.Length != 256 || Array.IndexOf(forks, false) is >= 0 and var end && Array.LastIndexOf(forks, true) > end)
        {
            return false;
        }

        var nonce = new byte[sizeof(ulong)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(nonce, Nonce);
        var fields = new RlpWriter()
            .Add(ParentHash.ToArray()).Add(OmmersHash.ToArray()).Add(Beneficiary.ToArray()).Add(StateRoot.ToArray())
            .Add(TransactionsRoot.ToArray()).Add(ReceiptsRoot.ToArray()).Add(LogsBloom.Span).Add(Difficulty)
            .Add(Number).Add(GasLimit).Add(GasUsed).Add(Timestamp).Add(ExtraData.Span).Add(MixHash.ToArray()).Add(nonce);
        AddNumber(fields, BaseFeePerGas);
        AddHash(fields, WithdrawalsRoot);
        AddNumber(fields, BlobGasUsed);
        AddNumber(fields, ExcessBlobGas);
        AddHash(fields, ParentBeaconBlockRoot);
        AddHash(fields, RequestsHash);
        var written = fields.ToArray();
        rlp = written.Length <= BlockHeader.MaxLength ? written : null;
        return rlp is not null;
    }

    private static void AddNumber(RlpWriter fields, UInt128? value)
    {
        if (value is { } number)
        {
            fields.Add(number);
        }
    }

    private static void AddHash(RlpWriter fields, Bytes32? value)
    {
        if (value is { } hash)
        {
            fields.Add(hash.ToArray());
        }
    }
}

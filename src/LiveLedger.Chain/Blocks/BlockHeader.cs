using System.Diagnostics.CodeAnalysis;
using LiveLedger.Chain.Keccak;
using LiveLedger.Chain.Rlp;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Blocks;

/// <summary>What of a block's header is needed here, read from its RLP. Fields that later forks put at the end are passed over.</summary>
public sealed record BlockHeader
{
    /// <summary>The longest header: chains whose blocks a few sign keep the signers in the extra data.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>What the first Ethereum block had.</summary>
    private const int FirstFields = 15;

    private const int MaxFields = 64;
    private const int MaxDepth = 4;
    private const int BloomLength = 256;
    private const int NonceLength = 8;

    /// <summary>Keccak-256 of the RLP: the header's name.</summary>
    public required BlockHash Hash { get; init; }

    /// <summary>The header before.</summary>
    public required BlockHash Parent { get; init; }

    /// <summary>Root of the trie of accounts after this block.</summary>
    public required Bytes32 StateRoot { get; init; }

    /// <summary>Root of the trie of receipts of its transactions.</summary>
    public required Bytes32 ReceiptsRoot { get; init; }

    /// <summary>Its height.</summary>
    public required BlockNumber Number { get; init; }

    /// <summary>Unix seconds, by the clock of who made it.</summary>
    public required ulong Timestamp { get; init; }

    /// <summary>Reads a header's RLP, all of it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> rlp, [NotNullWhen(true)] out BlockHeader? header)
    {
        header = null;
        var outer = new RlpReader(rlp.Length <= MaxLength ? rlp : default);
        if (!outer.TryTakeList(out var fields) || !outer.AtEnd
            || !fields.TryTakeBytes(Bytes32.Length, out var parent)
            || !fields.TryTakeBytes(Bytes32.Length, out _) // ommers
            || !fields.TryTakeBytes(Address.Length, out _) // beneficiary
            || !fields.TryTakeBytes(Bytes32.Length, out var stateRoot)
            || !fields.TryTakeBytes(Bytes32.Length, out _) // transactions
            || !fields.TryTakeBytes(Bytes32.Length, out var receiptsRoot)
            || !fields.TryTakeBytes(BloomLength, out _)
            || !fields.TryTakeNumber(Bytes32.Length, out _) // difficulty
            || !fields.TryTakeNumber(out var number)
            || !fields.TryTakeNumber(out _) // gas limit
            || !fields.TryTakeNumber(out _) // gas used
            || !fields.TryTakeNumber(out var timestamp)
            || !fields.TryTakeBytes(out _) // extra data
            || !fields.TryTakeBytes(Bytes32.Length, out _) // mix hash, or prevRandao
            || !fields.TryTakeBytes(NonceLength, out _)
            || !IsTailGood(fields))
        {
            return false;
        }

        header = new()
        {
            Hash = new(Keccak256.Of(rlp)),
            Parent = new(new Bytes32(parent)),
            StateRoot = new(stateRoot),
            ReceiptsRoot = new(receiptsRoot),
            Number = new(number),
            Timestamp = timestamp,
        };
        return true;
    }

    private static bool IsTailGood(RlpReader fields)
    {
        for (var count = FirstFields; !fields.AtEnd; count++)
        {
            if (count == MaxFields || !fields.TryTakeItem(MaxDepth, out _))
            {
                return false;
            }
        }

        return true;
    }
}

using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using LiveLedger.Chain.Keccak;
using LiveLedger.Chain.Rlp;
using LiveLedger.Chain.Secp256k1;

namespace LiveLedger.Chain.Transactions;

/// <summary>A signed transaction with dynamic fees and without an access list, as it travels (EIP-2718 type 2, EIP-1559).</summary>
public sealed record SignedTransaction
{
    /// <summary>The longest that nodes take.</summary>
    public const int MaxLength = 128 * 1024;

    private const byte Type = 2;
    private const int WordLength = 32;

    /// <summary>Keccak-256 of the bytes: its name.</summary>
    public required TransactionHash Hash { get; init; }

    /// <summary>The bytes.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>On which chain it counts.</summary>
    public required ChainId Chain { get; init; }

    /// <summary>Whose key signed it.</summary>
    public required Address From { get; init; }

    /// <summary>Which of its account's it is.</summary>
    public required ulong Nonce { get; init; }

    /// <summary>What goes to the block's maker for a unit of gas.</summary>
    public required UInt128 Tip { get; init; }

    /// <summary>Most that a unit of gas may cost.</summary>
    public required UInt128 MaxFee { get; init; }

    /// <summary>Most gas.</summary>
    public required ulong Gas { get; init; }

    /// <summary>To whom; null if it makes a contract.</summary>
    public required Address? To { get; init; }

    /// <summary>What it carries.</summary>
    public required UInt128 Value { get; init; }

    /// <summary>What it says.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Reads all of the bytes; false if they are no such transaction.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out SignedTransaction? transaction)
    {
        transaction = null;
        if (bytes.Length is 0 or > MaxLength || bytes.Span[0] != Type)
        {
            return false;
        }

        var outer = new RlpReader(bytes.Span[1..]);
        if (!outer.TryTakeList(out var fields) || !outer.AtEnd
            || !fields.TryTakeNumber(out var chain) || !fields.TryTakeNumber(out var nonce) || !TryTakeAmount(ref fields, out var tip) || !TryTakeAmount(ref fields, out var fee)
            || !fields.TryTakeNumber(out var gas) || !fields.TryTakeBytes(out var to) || to.Length is not (0 or Address.Length) || !TryTakeAmount(ref fields, out var value)
            || !fields.TryTakeBytes(out var data)
            || !fields.TryTakeList(out var accessList) || !accessList.AtEnd
            || !fields.TryTakeNumber(out var parity) || parity > 1 || !fields.TryTakeNumber(WordLength, out var r) || !fields.TryTakeNumber(WordLength, out var sum) || !fields.AtEnd)
        {
            return false;
        }

        // EIP-1559: what is signed is the same without the signature.
        var unsigned = new RlpWriter().Add(chain).Add(nonce).Add(tip).Add(fee).Add(gas).Add(to).Add(value).Add(data).Add(new RlpWriter()).ToArray();
        Span<byte> signature = stackalloc byte[RecoverableSignature.Length];
        signature.Clear();
        r.CopyTo(signature[(WordLength - r.Length)..]);
        sum.CopyTo(signature[(2 * WordLength - sum.Length)..]);
        signature[^1] = (byte)parity;
        if (!RecoverableSignature.TryParse(signature, out var signed) || !signed.TryRecover(Keccak256.Of([Type, .. unsigned]), out var from))
        {
            return false;
        }

        transaction = new()
        {
            Hash = new(Keccak256.Of(bytes.Span)),
            Bytes = bytes,
            Chain = new(chain),
            From = from,
            Nonce = nonce,
            Tip = tip,
            MaxFee = fee,
            Gas = gas,
            To = to.IsEmpty ? null : new Address(to),
            Value = value,
            Data = data.ToArray(),
        };
        return true;
    }

    private static bool TryTakeAmount(ref RlpReader fields, out UInt128 amount)
    {
        amount = default;
        if (!fields.TryTakeNumber(16, out var bytes))
        {
            return false;
        }

        Span<byte> whole = stackalloc byte[16];
        whole.Clear();
        bytes.CopyTo(whole[(16 - bytes.Length)..]);
        amount = BinaryPrimitives.ReadUInt128BigEndian(whole);
        return true;
    }
}

using System.Diagnostics.CodeAnalysis;
using LiveLedger.Chain.Rlp;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Proofs;

/// <summary>What the state has of an account.</summary>
/// <param name="StorageRoot">Root of the trie of its storage.</param>
/// <param name="CodeHash">Keccak-256 of its code: what it will do, for good, if it is no proxy.</param>
public sealed record AccountState(Bytes32 StorageRoot, Bytes32 CodeHash)
{
    /// <summary>Reads the value of the trie of accounts (yellow paper §4.1): nonce, balance, storage root, code hash.</summary>
    public static bool TryParse(ReadOnlySpan<byte> rlp, [NotNullWhen(true)] out AccountState? account)
    {
        var outer = new RlpReader(rlp);
        account = outer.TryTakeList(out var fields) && outer.AtEnd
            && fields.TryTakeNumber(out _) && fields.TryTakeNumber(Bytes32.Length, out _)
            && fields.TryTakeBytes(Bytes32.Length, out var storageRoot) && fields.TryTakeBytes(Bytes32.Length, out var codeHash) && fields.AtEnd
            ? new(new(storageRoot), new(codeHash))
            : null;
        return account is not null;
    }
}

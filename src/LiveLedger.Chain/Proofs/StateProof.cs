using LiveLedger.Chain.Keccak;
using LiveLedger.Chain.Rlp;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Proofs;

/// <summary>Proofs as <c>eth_getProof</c> gives them (EIP-1186): an account in the state, a slot in the account's storage.</summary>
public static class StateProof
{
    /// <summary>Finds an account under a header's state root. A value that is no account makes the proof malformed.</summary>
    public static TrieResult VerifyAccount(Bytes32 stateRoot, Address address, IReadOnlyList<ReadOnlyMemory<byte>> nodes, out AccountState? account)
    {
        account = null;
        var result = TrieProof.Verify(stateRoot, Keccak256.Of(address.ToArray()).ToArray(), nodes, out var value);
        return result == TrieResult.Present && !AccountState.TryParse(value.Span, out account) ? TrieResult.NodeMalformed : result;
    }

    /// <summary>Finds a slot under an account's storage root. An absent slot is one of zeros: the trie has no zeros.</summary>
    public static TrieResult VerifySlot(Bytes32 storageRoot, Bytes32 slot, IReadOnlyList<ReadOnlyMemory<byte>> nodes, out Bytes32 word)
    {
        word = default;
        var result = TrieProof.Verify(storageRoot, Keccak256.Of(slot.ToArray()).ToArray(), nodes, out var value);
        if (result != TrieResult.Present)
        {
            return result;
        }

        // A number's RLP: zeros on the left are not written.
        var item = new RlpReader(value.Span);
        if (!item.TryTakeNumber(Bytes32.Length, out var number) || !item.AtEnd || number.IsEmpty)
        {
            return TrieResult.NodeMalformed;
        }

        Span<byte> whole = stackalloc byte[Bytes32.Length];
        whole.Clear();
        number.CopyTo(whole[(Bytes32.Length - number.Length)..]);
        word = new(whole);
        return TrieResult.Present;
    }
}

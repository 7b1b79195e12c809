using LiveLedger.Chain.Keccak;
using LiveLedger.Chain.Proofs;
using LiveLedger.Chain.Rlp;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Tests.Proofs;

public sealed class StateProofTests
{
    private static readonly Address s_address = new([.. new byte[19], 7]);
    private static readonly Bytes32 s_slot = Keccak256.Of("a slot"u8);

    [Fact]
    public void An_account_is_read_with_its_storage_root_and_code_hash()
    {
        Assert.Equal(TrieResult.Present, Account(Fields(), out var account));
        Assert.Equal(Keccak256.Of("storage"u8), account!.StorageRoot);
        Assert.Equal(Keccak256.Of("code"u8), account.CodeHash);
    }

    [Fact]
    public void A_value_that_is_no_account_makes_the_proof_malformed()
    {
        Assert.Equal(TrieResult.NodeMalformed, Account(new RlpWriter().Add(1).Add(2).Add(new byte[32]), out var account));
        Assert.Null(account);
        Assert.Equal(TrieResult.NodeMalformed, Account(Fields().Add(1), out _));
        Assert.Equal(TrieResult.NodeMalformed, Account(new RlpWriter().Add(1).Add(2).Add(new byte[31]).Add(new byte[32]), out _));
        Assert.Equal(TrieResult.NodeMalformed, Account(new RlpWriter().Add(1).Add(2).Add(new byte[32]).Add(new byte[33]), out _));
        Assert.Equal(TrieResult.NodeMalformed, Account(new RlpWriter().Add(new byte[9]).Add(2).Add(new byte[32]).Add(new byte[32]), out _));
        Assert.Equal(TrieResult.NodeMalformed, Account(new RlpWriter().Add([0]).Add(2).Add(new byte[32]).Add(new byte[32]), out _));
        var behind = (byte[])[.. Fields().ToArray(), 0];
        Assert.Equal(TrieResult.NodeMalformed, Account(behind, out _));
    }

    [Fact]
    public void A_word_gets_its_zeros_back()
    {
        Assert.Equal(TrieResult.Present, Slot([0x82, 0x12, 0x00], out var word));
        Assert.Equal(new([.. new byte[30], 0x12, 0x00]), word);
        Assert.Equal(TrieResult.Present, Slot([0x05], out word));
        Assert.Equal(new([.. new byte[31], 0x05]), word);
        Assert.Equal(TrieResult.Present, Slot([0xa0, .. Enumerable.Repeat((byte)0xff, 32)], out _));
    }

    [Theory]
    [InlineData("80", "zero, which no trie keeps")]
    [InlineData("00", "a leading zero")]
    [InlineData("820001", "a leading zero")]
    [InlineData("8101", "not canonical")]
    [InlineData("0505", "two values")]
    [InlineData("c105", "a list")]
    [InlineData("a1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "too long")]
    public void A_value_that_is_no_word_makes_the_proof_malformed(string value, string why)
    {
        Assert.True(Slot(Convert.FromHexString(value), out var word) == TrieResult.NodeMalformed, why);
        Assert.Equal(default, word);
    }

    [Fact]
    public void What_is_not_there_is_absent()
    {
        var trie = new TestTrie([(Keccak256.Of([1]).ToArray(), [5])]);
        Assert.Equal(TrieResult.Absent, StateProof.VerifySlot(trie.Root, s_slot, trie.Prove(Keccak256.Of(s_slot.ToArray()).ToArray()), out _));
        Assert.Equal(TrieResult.Absent, StateProof.VerifyAccount(trie.Root, s_address, trie.Prove(Keccak256.Of(s_address.ToArray()).ToArray()), out var account));
        Assert.Null(account);
    }

    private static RlpWriter Fields() => new RlpWriter().Add(1).Add(UInt128.MaxValue).Add(Keccak256.Of("storage"u8).ToArray()).Add(Keccak256.Of("code"u8).ToArray());

    private static TrieResult Account(RlpWriter fields, out AccountState? account) => Account(fields.ToArray(), out account);

    private static TrieResult Account(byte[] value, out AccountState? account)
    {
        var key = Keccak256.Of(s_address.ToArray()).ToArray();
        var trie = new TestTrie([(key, value)]);
        return StateProof.VerifyAccount(trie.Root, s_address, trie.Prove(key), out account);
    }

    private static TrieResult Slot(byte[] value, out Bytes32 word)
    {
        var key = Keccak256.Of(s_slot.ToArray()).ToArray();
        var trie = new TestTrie([(key, value)]);
        return StateProof.VerifySlot(trie.Root, s_slot, trie.Prove(key), out word);
    }
}

using System.Text;
using LiveLedger.Chain.Keccak;
using LiveLedger.Chain.Proofs;
using LiveLedger.Chain.Rlp;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Tests.Proofs;

public sealed class TrieProofTests
{
    /// <summary>Ethereum's own tests (TrieTests/trieanyorder.json): keys and values as text, and the root.</summary>
    public static TheoryData<string, string> Published => new()
    {
        { "doe=reindeer dog=puppy dogglesworth=cat", "8aad789dff2f538bca5d8ea56e8abe10f4c7ba3a5dea95fea4cd6e7c3a1168d3" },
        { "A=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "d23786fb4a010da3ce639d66d5e904a11dbc02746d1ce25029e53290cabf28ab" },
        { "do=verb horse=stallion doge=coin dog=puppy", "5991bb8c6514148a29db676a14ac506cd2cd5775ace63c30a4fe457715e9ac84" },
        { "foo=bar food=bass", "17beaa1648bafa633cda809c90c04af50fc8aed3cb40d16efbddee6fdf63c4c3" },
        { "be=e dog=puppy bed=d", "3f67c7a47520f79faa29255d2d3c084a7a6df0453116ed7232ff10277a8be68b" },
        { "test=test te=testy", "8452568af70d8d140f58d941338542f645fcca50094b20f3c3d8c3df49337928" },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void Every_value_under_a_published_root_is_proven_and_a_key_beside_it_absent(string values, string root)
    {
        var items = values.Split(' ').Select(static v => v.Split('=')).Select(static v => (Key: Encoding.ASCII.GetBytes(v[0]), Value: Encoding.ASCII.GetBytes(v[1]))).ToList();
        var trie = new TestTrie(items);
        Assert.Equal(root, trie.Root.ToString());
        foreach (var (key, value) in items)
        {
            Assert.Equal(TrieResult.Present, TrieProof.Verify(trie.Root, key, trie.Prove(key), out var found));
            Assert.Equal(value, found.ToArray());
        }

        foreach (var key in (string[])["", "x", "d", "dogs", "dogglesworthy", "tes", "b", "fo", "hors", "A1"])
        {
            var bytes = Encoding.ASCII.GetBytes(key);
            Assert.Equal(TrieResult.Absent, TrieProof.Verify(trie.Root, bytes, trie.Prove(bytes), out _));
        }
    }

    [Fact]
    public void The_empty_trie_has_its_published_root_and_nothing_in_it()
    {
        Assert.Equal("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421", TrieProof.EmptyRoot.ToString());
        Assert.Equal(TrieResult.Absent, TrieProof.Verify(TrieProof.EmptyRoot, "a"u8, [], out _));
        Assert.Equal(TrieResult.Absent, TrieProof.Verify(TrieProof.EmptyRoot, "a"u8, [new byte[] { 0x80 }], out _));
        Assert.Equal(TrieResult.NodeMissing, TrieProof.Verify(default, "a"u8, [], out _));
    }

    [Fact]
    public void In_random_tries_all_is_proven_that_is_there_and_all_absent_that_is_not()
    {
        var random = new Random(1186);
        for (var round = 0; round < 200; round++)
        {
            var (items, keys) = Values(random);
            var trie = new TestTrie(items.Select(static i => (i.Key, i.Value)));
            foreach (var key in keys)
            {
                var result = TrieProof.Verify(trie.Root, key, trie.Prove(key), out var found);
                var value = items.Find(i => i.Key.AsSpan().SequenceEqual(key)).Value;
                Assert.Equal(value is null ? TrieResult.Absent : TrieResult.Present, result);
                Assert.Equal(value ?? [], found.ToArray());
            }
        }
    }

    [Fact]
    public void A_proof_with_any_bit_turned_or_a_node_less_or_more_proves_nothing()
    {
        var random = new Random(2718);
        for (var round = 0; round < 10; round++)
        {
            var (items, keys) = Values(random);
            var trie = new TestTrie(items.Select(static i => (i.Key, i.Value)));
            foreach (var key in keys.Take(6))
            {
                var nodes = trie.Prove(key);
                for (var i = 0; i < nodes.Count; i++)
                {
                    for (var at = 0; at < nodes[i].Length; at++)
                    {
                        var changed = nodes[i].ToArray();
                        changed[at] ^= (byte)(1 << random.Next(8));
                        Assert.Equal(TrieResult.NodeDiffers, TrieProof.Verify(trie.Root, key, [.. nodes.Take(i), changed, .. nodes.Skip(i + 1)], out _));
                    }

                    Assert.True(TrieProof.Verify(trie.Root, key, [.. nodes.Take(i), .. nodes.Skip(i + 1)], out _) is TrieResult.NodeDiffers or TrieResult.NodeMissing);
                }

                Assert.Equal(TrieResult.NodeTooMany, TrieProof.Verify(trie.Root, key, [.. nodes, nodes[0]], out _));
            }
        }
    }

    [Fact]
    public void A_node_that_hashes_right_and_is_none_is_refused()
    {
        byte[] key = [0x12, 0x34];
        Assert.Equal(TrieResult.Present, Verify(key, new RlpWriter().Add([0x20, 0x12, 0x34]).Add([7])));
        Assert.Equal(TrieResult.NodeMalformed, Verify(key, new RlpWriter().Add([0x20, 0x12, 0x34])));
        Assert.Equal(TrieResult.NodeMalformed, Verify(key, new RlpWriter().Add([0x20, 0x12, 0x34]).Add([7]).Add([7])));
        Assert.Equal(TrieResult.NodeMalformed, Verify(key, new RlpWriter().Add([0x20, 0x12, 0x34]).Add([])));
        Assert.Equal(TrieResult.NodeMalformed, Verify(key, new RlpWriter().Add([0x40, 0x12, 0x34]).Add([7])));
        Assert.Equal(TrieResult.NodeMalformed, Verify(key, new RlpWriter().Add([0x21]).Add(new RlpWriter())));
        Assert.Equal(TrieResult.NodeMalformed, Verify(key, new RlpWriter().Add([0x2f, 0x12, 0x34]).Add([7])));
        Assert.Equal(TrieResult.NodeMalformed, Verify(key, new RlpWriter().Add([]).Add([7])));

        // An extension over no step, to nothing, to a hash of another length, and to a node that is too long to stand inside.
        Assert.Equal(TrieResult.NodeMalformed, Verify(key, new RlpWriter().Add([0x00]).Add(new byte[32])));
        Assert.Equal(TrieResult.NodeMalformed, Verify(key, new RlpWriter().Add([0x11]).Add([])));
        Assert.Equal(TrieResult.NodeMalformed, Verify(key, new RlpWriter().Add([0x11]).Add(new byte[31])));
        Assert.Equal(TrieResult.NodeMalformed, Verify(key, new RlpWriter().Add([0x11]).Add(new RlpWriter().Add([0x32, 0x34]).Add(new byte[32]))));
        Assert.Equal(TrieResult.Present, Verify(key, new RlpWriter().Add([0x11]).Add(new RlpWriter().Add([0x32, 0x34]).Add(new byte[20]))));

        // A branch of eighteen, and one whose value is a list.
        Assert.Equal(TrieResult.NodeMalformed, Verify([], Strings(18)));
        Assert.Equal(TrieResult.Absent, Verify([], Strings(17)));
        Assert.Equal(TrieResult.NodeMalformed, Verify([], Strings(16).Add(new RlpWriter())));

        // Bytes behind the node, and no list at all.
        Assert.Equal(TrieResult.NodeMalformed, Verify(key, [.. new RlpWriter().Add([0x20, 0x12, 0x34]).Add([7]).ToArray(), 0]));
        Assert.Equal(TrieResult.NodeMalformed, Verify(key, [0x81, 0x80]));
        Assert.Equal(TrieResult.NodeMalformed, Verify(key, []));
    }

    [Fact]
    public void A_node_that_should_stand_inside_another_is_refused_in_the_list()
    {
        var leaf = new RlpWriter().Add([0x32, 0x34]).Add([7]).ToArray();
        var top = new RlpWriter().Add([0x11]).Add(Keccak256.Of(leaf).ToArray()).ToArray();
        Assert.Equal(TrieResult.NodeMalformed, TrieProof.Verify(Keccak256.Of(top), [0x12, 0x34], [top, leaf], out _));
    }

    [Fact]
    public void Nodes_too_large_or_too_many_are_not_hashed()
    {
        var large = new RlpWriter().Add([0x20]).Add(new byte[TrieProof.MaxNodeLength]).ToArray();
        Assert.Equal(TrieResult.NodeMalformed, TrieProof.Verify(Keccak256.Of(large), [], [large], out _));
        var fits = new RlpWriter().Add([0x20]).Add(new byte[TrieProof.MaxNodeLength - 8]).ToArray();
        Assert.Equal(TrieResult.Present, TrieProof.Verify(Keccak256.Of(fits), [], [fits], out _));
        Assert.Equal(TrieResult.NodeTooMany, TrieProof.Verify(Keccak256.Of(fits), [], [.. Enumerable.Repeat<ReadOnlyMemory<byte>>(fits, TrieProof.MaxNodes + 1)], out _));
    }

    private static TrieResult Verify(byte[] key, RlpWriter node) => Verify(key, node.ToArray());

    private static TrieResult Verify(byte[] key, byte[] node) => TrieProof.Verify(Keccak256.Of(node), key, [node], out _);

    private static RlpWriter Strings(int count)
    {
        var list = new RlpWriter();
        for (var i = 0; i < count; i++)
        {
            list.Add([]);
        }

        return list;
    }

    // Short keys that are each other's beginnings, and long ones as hashes are; short values, which stand inside other nodes.
    private static (List<(byte[] Key, byte[] Value)> Items, List<byte[]> Keys) Values(Random random)
    {
        var length = random.Next(3) == 0 ? Bytes32.Length : 0;
        byte[] Key()
        {
            var key = new byte[length == 0 ? random.Next(4) : length];
            random.NextBytes(key);
            for (var i = 0; i < key.Length && length == 0; i++)
            {
                key[i] &= 0x13;
            }

            return key;
        }

        byte[] Value()
        {
            var value = new byte[random.Next(1, random.Next(2) == 0 ? 3 : 50)];
            random.NextBytes(value);
            return value;
        }

        var items = Enumerable.Range(0, random.Next(1, 60)).Select(_ => (Key: Key(), Value: Value())).DistinctBy(static i => Convert.ToHexString(i.Key)).ToList();
        return (items, [.. items.Select(static i => i.Key), .. Enumerable.Range(0, 20).Select(_ => Key())]);
    }
}

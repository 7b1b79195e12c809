using LiveLedger.Chain.Keccak;
using LiveLedger.Chain.Rlp;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Tests.Proofs;

/// <summary>Builds a trie and its proofs from all of its values at once (yellow paper, appendix D): written apart from the code that checks them, and checked by published roots.</summary>
internal sealed class TestTrie
{
    private readonly Node? _top;

    public TestTrie(IEnumerable<(byte[] Key, byte[] Value)> values)
    {
        var items = values.Select(static v => (Path: v.Key.SelectMany(static b => (byte[])[(byte)(b >> 4), (byte)(b & 0xf)]).ToArray(), v.Value)).ToList();
        _top = items.Count == 0 ? null : Build(items, 0);
    }

    public Bytes32 Root => Keccak256.Of(_top?.Rlp.ToArray() ?? [0x80]);

    /// <summary>The nodes on a key's way, as far as there are any.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Prove(byte[] key)
    {
        var path = key.SelectMany(static b => (byte[])[(byte)(b >> 4), (byte)(b & 0xf)]).ToArray();
        var nodes = new List<ReadOnlyMemory<byte>>();
        var at = 0;
        for (var node = _top; node is not null;)
        {
            var rlp = node.Rlp.ToArray();
            if (nodes.Count == 0 || rlp.Length >= 32)
            {
                nodes.Add(rlp);
            }

            node = node.Next(path, ref at);
        }

        return nodes;
    }

    private static Node Build(List<(byte[] Path, byte[] Value)> items, int at)
    {
        if (items.Count == 1)
        {
            return new Leaf(items[0].Path[at..], items[0].Value);
        }

        var common = at;
        while (items.All(i => i.Path.Length > common && i.Path[common] == items[0].Path[common]))
        {
            common++;
        }

        if (common > at)
        {
            return new Extension(items[0].Path[at..common], Build(items, common));
        }

        var children = new Node?[16];
        for (var n = 0; n < 16; n++)
        {
            var below = items.Where(i => i.Path.Length > at && i.Path[at] == n).ToList();
            children[n] = below.Count == 0 ? null : Build(below, at + 1);
        }

        return new Branch(children, items.SingleOrDefault(i => i.Path.Length == at).Value ?? []);
    }

    private static byte[] HexPrefix(byte[] path, bool leaf)
    {
        var flags = leaf ? 2 : 0;
        byte[] nibbles = path.Length % 2 == 1 ? [(byte)(flags + 1), .. path] : [(byte)flags, 0, .. path];
        return [.. nibbles.Chunk(2).Select(static n => (byte)(n[0] << 4 | n[1]))];
    }

    private static void Refer(RlpWriter to, Node? node)
    {
        if (node is null)
        {
            to.Add([]);
        }
        else if (node.Rlp.ToArray() is { Length: < 32 })
        {
            to.Add(node.Rlp);
        }
        else
        {
            to.Add(Keccak256.Of(node.Rlp.ToArray()).ToArray());
        }
    }

    private abstract record Node
    {
        public abstract RlpWriter Rlp { get; }

        public abstract Node? Next(byte[] path, ref int at);
    }

    private sealed record Leaf(byte[] Path, byte[] Value) : Node
    {
        public override RlpWriter Rlp => new RlpWriter().Add(HexPrefix(Path, leaf: true)).Add(Value);

        public override Node? Next(byte[] path, ref int at) => null;
    }

    private sealed record Extension(byte[] Path, Node Below) : Node
    {
        public override RlpWriter Rlp
        {
            get
            {
                var rlp = new RlpWriter().Add(HexPrefix(Path, leaf: false));
                Refer(rlp, Below);
                return rlp;
            }
        }

        public override Node? Next(byte[] path, ref int at)
        {
            if (!path.AsSpan(at).StartsWith(Path))
            {
                return null;
            }

            at += Path.Length;
            return Below;
        }
    }

    private sealed record Branch(Node?[] Children, byte[] Value) : Node
    {
        public override RlpWriter Rlp
        {
            get
            {
                var rlp = new RlpWriter();
                foreach (var child in Children)
                {
                    Refer(rlp, child);
                }

                return rlp.Add(Value);
            }
        }

        public override Node? Next(byte[] path, ref int at) => at == path.Length ? null : Children[path[at++]];
    }
}

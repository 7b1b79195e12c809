using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tests.Tree;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Tests.Tiles;

public sealed class TiledTrees
{
    private const int Largest = 70_000;

    // Level 0 is the leaves; each next level is the hashes above the full tiles below.
    private static readonly Bytes32[][] s_levels = Levels();

    public static TheoryData<int> Sizes => [0, 1, 2, 255, 256, 257, 511, 512, 513, 1000, 65_279, 65_280, 65_535, 65_536, 65_537, 65_792, Largest];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Tiles_give_the_root_and_every_proof(int size)
    {
        var reader = new TileReader(new((ulong)size), Fetch);
        var root = RootOf(size);
        Assert.Equal(root, reader.Root());

        foreach (var index in Marks(size).Where(i => i < size))
        {
            Assert.Equal(SampleTree.Leaf((ulong)index), reader.Leaf(new((ulong)index)));
            Assert.Equal(ProofResult.Valid, reader.Inclusion(new((ulong)index)).Verify(SampleTree.Leaf((ulong)index), root));
        }

        foreach (var from in Marks(size).Where(f => f > 0 && f <= size))
        {
            Assert.Equal(ProofResult.Valid, reader.Consistency(new((ulong)from)).Verify(RootOf(from), root));
        }
    }

    [Fact]
    public void The_tiles_named_beforehand_are_those_fetched()
    {
        foreach (var size in (int[])[257, 65_537, Largest])
        {
            foreach (var index in Marks(size).Where(i => i < size))
            {
                var fetched = new List<TilePath>();
                var reader = new TileReader(new((ulong)size), p => { fetched.Add(p); return Fetch(p); });
                reader.Inclusion(new((ulong)index));
                var named = TileReader.TilesFor(new((ulong)size), InclusionProof.NodesFor(new((ulong)index), new((ulong)size)));
                Assert.Equal(named.Select(static p => p.ToString()).Order(), fetched.Select(static p => p.ToString()).Order());
            }
        }
    }

    [Fact]
    public void A_changed_tile_is_found_by_the_root()
    {
        foreach (var changed in TileCover.HashTiles(new(600)).ToArray())
        {
            var root = RootOf(600);
            var seen = false;
            var reader = new TileReader(new(600), path =>
            {
                var tile = Fetch(path).ToArray();
                if (path == changed)
                {
                    seen = true;
                    tile[^1] ^= 1;
                }

                return tile;
            });

            // The root reads a full tile of level 0 by its hash on level 1 alone: what is changed there, a proof finds.
            var found = reader.Root() != root;
            Assert.Equal(seen, found);
            Assert.Equal(changed is not { Level: 0, Width: 256 }, seen);
            if (!seen)
            {
                var index = changed.Index * TilePath.FullWidth;
                Assert.Equal(ProofResult.RootMismatch, reader.Inclusion(new(index)).Verify(SampleTree.Leaf(index), root));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(64)]
    public void A_tile_of_the_wrong_length_is_named(int length)
    {
        var reader = new TileReader(new(1), _ => new byte[length]);
        Assert.Equal("tile/0/000.p/1", Assert.Throws<InvalidTileException>(() => reader.Root()).Path.ToString());
    }

    [Fact]
    public void A_node_that_is_not_full_cannot_be_read()
    {
        var reader = new TileReader(new(300), Fetch);
        foreach (var node in (NodeAddress[])[new(0, 300), new(3, 37), new(8, 1), new(9, 0), new(16, 0), new(63, 0), new(0, ulong.MaxValue)])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => reader.Node(node));
        }
    }

    [Fact]
    public void Widths_are_those_worked_out_in_the_specification()
    {
        Assert.Equal(["tile/0/000", "tile/1/000.p/1"], TileCover.HashTiles(new(256)).Select(static p => p.ToString()));

        var tiles = TileCover.HashTiles(new(Largest)).ToArray();
        Assert.Equal(273, tiles.Count(static t => t is { Level: 0, Width: 256 }));
        Assert.Equal(
            ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"],
            tiles.Skip(273).Select(static p => p.ToString()));
        Assert.Equal((112, 17, 1, 0), (Partial(0), Partial(1), Partial(2), Partial(3)));

        static int Partial(int level) => TileCover.PartialWidth(new(Largest), level);
    }

    [Fact]
    public void The_new_tiles_are_just_those_the_old_tree_had_not()
        => Prop.ForAll(Gen.Choose(0, 140_000).Two().ToArbitrary(), static sizes =>
        {
            var (from, to) = (new TreeSize((ulong)Math.Min(sizes.Item1, sizes.Item2)), new TreeSize((ulong)Math.Max(sizes.Item1, sizes.Item2)));
            Assert.Equal(TileCover.HashTiles(to).Except(TileCover.HashTiles(from)), TileCover.NewHashTiles(from, to));
            Assert.All(TileCover.HashTiles(to), t => Assert.True(TileCover.Has(to, t)));
            Assert.Equal(
                TileCover.NewEntryBundles(new(0), to).Except(TileCover.NewEntryBundles(new(0), from)),
                TileCover.NewEntryBundles(from, to));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_tree_has_its_earlier_partial_tiles_and_no_later_ones()
    {
        Assert.True(TileCover.Has(new(300), TilePath.Hashes(0, 1, 44)));
        Assert.True(TileCover.Has(new(300), TilePath.Hashes(0, 1, 1)));
        Assert.True(TileCover.Has(new(300), TilePath.Hashes(0, 0, 7)));
        Assert.False(TileCover.Has(new(300), TilePath.Hashes(0, 1, 45)));
        Assert.False(TileCover.Has(new(300), TilePath.Hashes(1, 0, 2)));
        Assert.False(TileCover.Has(new(300), TilePath.Hashes(0, 2, 1)));
        Assert.False(TileCover.Has(new(300), TilePath.Hashes(40, 0, 1)));
        Assert.True(TileCover.Has(new(300), TilePath.Entries(1, 44)));
    }

    [Fact]
    public void A_partial_tile_is_never_hashed_upward() => Assert.Throws<ArgumentException>(() => HashTile.Above(new Bytes32[255]));

    private static IEnumerable<int> Marks(int size)
        => ((int[])[0, 1, 254, 255, 256, 257, 511, 512, 65_279, 65_535, 65_536, 65_537, size / 2, size - 1, size]).Where(static m => m >= 0).Distinct();

    private static RootHash RootOf(int size) => new(Cryptography.Rfc6962.MerkleHash.Root(s_levels[0].AsSpan(0, size)));

    private static ReadOnlyMemory<byte> Fetch(TilePath path)
        => HashTile.Format(s_levels[path.Level!.Value].AsSpan((int)path.Index * TilePath.FullWidth, path.Width));

    private static Bytes32[][] Levels()
    {
        var levels = new List<Bytes32[]> { SampleTree.Leaves(Largest) };
        while (levels[^1].Length >= TilePath.FullWidth)
        {
            levels.Add([.. levels[^1].Chunk(TilePath.FullWidth).Where(static c => c.Length == TilePath.FullWidth).Select(static c => HashTile.Above(c))]);
        }

        return [.. levels];
    }
}

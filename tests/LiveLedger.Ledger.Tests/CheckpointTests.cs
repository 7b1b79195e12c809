using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Sequencing;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Tests;

/// <summary>Checkpoints cover all that was sequenced, and each extends the one before.</summary>
public sealed class CheckpointTests
{
    [Fact]
    public async Task After_a_restart_the_checkpoint_extends_the_last()
    {
        var options = await TestLedger.NewOptionsAsync();
        TreeHead before;
        await using (var first = await TestLedger.StartAsync(options))
        {
            await first.PublishAsync(300);
            before = first.Log.Head();
        }

        await using var second = await TestLedger.StartAsync(options);
        await second.PublishAsync(300);
        var after = second.Log.Head();

        var tiles = new Dictionary<TilePath, ReadOnlyMemory<byte>>();
        foreach (var path in TileCover.HashTiles(after.Size))
        {
            tiles[path] = (await second.Log.TileAsync(path))!.Value;
        }

        var proof = new TileReader(after.Size, path => tiles[path]).Consistency(before.Size);
        Assert.Equal(ProofResult.Valid, proof.Verify(before.Root, after.Root));
        await LogAudit.CheckAsync(second.Log);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(512)]
    public async Task A_log_around_a_tile_boundary_has_the_tiles_that_its_size_says(int size)
    {
        await using var ledger = await TestLedger.StartAsync();
        await ledger.PublishAsync(size);

        await LogAudit.CheckAsync(ledger.Log);
        var tree = new TreeSize((ulong)size);
        foreach (var index in (ulong[])[0, (ulong)size / 2, (ulong)size - 1])
        {
            var (leaf, proof) = (await ledger.Log.InclusionAsync(new(index), tree))!.Value;
            Assert.Equal(ProofResult.Valid, proof.Verify(leaf, ledger.Log.Head().Root));
        }

        Assert.Null(await ledger.Log.InclusionAsync(new((ulong)size), tree));
        Assert.Null(await ledger.Log.InclusionAsync(new(0), new((ulong)size + 1)));
        Assert.Null(await ledger.Log.TileAsync(TilePath.Hashes(0, (ulong)size / 256, size % 256 + 1)));
        if (size < 256)
        {
            Assert.Null(await ledger.Log.TileAsync(TilePath.Hashes(1, 0, 1)));
        }
    }

    [Fact]
    public async Task A_log_across_65536_leaves_is_whole()
    {
        await using var ledger = await TestLedger.StartAsync();
        for (var i = 0; i < 66; i++)
        {
            await ledger.Events.AppendAsync(new($"test/{i}"), ExpectedVersion.NoStream, [.. Enumerable.Range(0, 1000).Select(TestEvents.New)]);
        }

        await ledger.UntilPublishedAsync(66_000);
        await LogAudit.CheckAsync(ledger.Log);
        Assert.NotNull(await ledger.Log.TileAsync(TilePath.Hashes(2, 0, 1)));
    }

    [Fact]
    public async Task Wrong_tile_hashes_are_derived_again_at_the_next_start()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var ledger = await TestLedger.StartAsync(options))
        {
            await ledger.PublishAsync(600);
            await ledger.ExecuteAsync("UPDATE ledger.nodes SET hash = sha256(hash) WHERE index = 0; DELETE FROM ledger.nodes WHERE index = 1");
        }

        await using var again = await TestLedger.StartAsync(options);
        await LogAudit.CheckAsync(again.Log);
    }

    [Fact]
    public async Task A_kill_between_sequencing_and_checkpoint_loses_nothing()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var ledger = await TestLedger.StartAsync(options))
        {
            await ledger.PublishAsync(5);
            await ledger.StopKeepingAsync();
            await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [.. Enumerable.Range(0, 300).Select(TestEvents.New)]);

            // Sequenced, and then the process is gone before it has signed.
            await using var session = await ledger.Database.Unpooled.OpenConnectionAsync();
            Assert.Equal(300, (await new Sequencer(session, 5).RunBatchAsync(default)).Count);
            Assert.Equal(5UL, ledger.Log.Head().Size.Value);
        }

        await using var next = await TestLedger.StartAsync(options);
        await next.UntilPublishedAsync(305);
        Assert.Equal(305, (await LogAudit.CheckAsync(next.Log)).Entries.Count);
    }

    [Fact]
    public void The_tree_in_memory_finishes_the_tiles_that_the_leaves_give() => Prop.ForAll(
        Gen.Choose(0, 1400).ToArbitrary(),
        Gen.Choose(1, 700).ToArbitrary(),
        (size, step) =>
        {
            var tree = new LogTree();
            var leaves = Enumerable.Range(0, size).Select(i => LeafHash.Of(BitConverter.GetBytes(i))).ToList();
            var nodes = new List<TileNode>();
            for (var i = 0; i < size; i++)
            {
                tree.Append(leaves[i]);
                if (i % step == 0)
                {
                    nodes.AddRange(tree.TakeFinished());
                }
            }

            nodes.AddRange(tree.TakeFinished());
            var expected = leaves.Select(l => l.Value).Chunk(256).Where(tile => tile.Length == 256)
                .Select((tile, i) => new TileNode(1, (ulong)i, LiveLedger.Cryptography.Rfc6962.MerkleHash.Root(tile)));
            return nodes.SequenceEqual(expected)
                && tree.Head.Root.Value == LiveLedger.Cryptography.Rfc6962.MerkleHash.Root(leaves.Select(l => l.Value).ToArray());
        }).QuickCheckThrowOnFailure();

    // Every step of the store fails once before it took effect or after, in the middle of a growing log.
    [Theory]
    [InlineData(CheckpointStep.Compared)]
    [InlineData(CheckpointStep.Written)]
    [InlineData(CheckpointStep.Renamed)]
    [InlineData(CheckpointStep.Synced)]
    public async Task A_failing_checkpoint_store_delays_the_log_and_never_forks_it(object step)
    {
        var options = await TestLedger.NewOptionsAsync();
        var failures = 0;
        await using (var ledger = await TestLedger.StartAsync(options, new CheckpointStore(options.CheckpointFile, reached =>
        {
            if (reached == (CheckpointStep)step && ++failures is 2 or 3 or 5)
            {
                throw new IOException("the disk says no");
            }
        })))
        {
            for (var i = 0; i < 8; i++)
            {
                await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [.. Enumerable.Range(0, 50).Select(TestEvents.New)]);
                await ledger.UntilPublishedAsync(50 * (i + 1));
            }

            Assert.True(failures > 5);
            Assert.Null(ledger.State.Halted);
            Assert.Equal(400, (await LogAudit.CheckAsync(ledger.Log)).Entries.Count);
        }

        await using var again = await TestLedger.StartAsync(options);
        Assert.Equal(400, (await LogAudit.CheckAsync(again.Log)).Entries.Count);
    }

    [Fact]
    public async Task The_store_takes_a_checkpoint_only_in_the_place_of_the_expected_one()
    {
        var file = Path.Combine((await PostgresCluster.SharedAsync()).NewFolder(), "deep", "checkpoint");
        var store = new CheckpointStore(file);
        Assert.Null(store.Read());
        Assert.True(store.TryReplace([], "one"u8));
        Assert.False(store.TryReplace([], "two"u8));
        Assert.False(new CheckpointStore(file).TryReplace("other"u8, "two"u8));
        Assert.True(store.Read().AsSpan().SequenceEqual("one"u8));

        // Many at once from the same belief: one gets in.
        var winners = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => new CheckpointStore(file).TryReplace("one"u8, [(byte)i]))));
        Assert.Single(winners, won => won);
    }
}

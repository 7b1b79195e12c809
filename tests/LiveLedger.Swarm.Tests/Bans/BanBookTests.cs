using System.Security.Cryptography;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Embedded;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Swarm.Bans;
using LiveLedger.Swarm.Convictions;

namespace LiveLedger.Swarm.Tests.Bans;

/// <summary>Who is banned, asked by many at once.</summary>
public sealed class BanBookTests
{
    private readonly BroadcastId _one = BroadcastId.New(TimeProvider.System);
    private readonly BroadcastId _other = BroadcastId.New(TimeProvider.System);

    [Fact]
    public async Task A_thousand_who_ask_at_once_are_each_told_of_themselves_and_of_this_broadcast()
    {
        await using var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync(), [BanTables.Inline, ConvictionTables.Inline]);
        var book = new BanBook(ledger.Events, ledger.Database, TimeProvider.System);
        var peers = Enumerable.Range(0, 1000).Select(static _ => NewPeer()).ToArray();
        foreach (var peer in peers.Where(static (_, n) => n % 10 == 0))
        {
            await book.BanAsync(_one, peer, "a test", "operator", CancellationToken.None);
        }

        var here = await Task.WhenAll(peers.Select(peer => book.IsBannedAsync(_one, peer, CancellationToken.None)));
        var there = await Task.WhenAll(peers.Select(peer => book.IsBannedAsync(_other, peer, CancellationToken.None)));
        Assert.Equal(peers.Select(static (_, n) => n % 10 == 0), here);
        Assert.DoesNotContain(true, there);
    }

    [Fact]
    public async Task Who_asks_after_a_ban_is_told_of_it_however_many_others_ask()
    {
        await using var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync(), [BanTables.Inline, ConvictionTables.Inline]);
        var book = new BanBook(ledger.Events, ledger.Database, TimeProvider.System);
        using var enough = new CancellationTokenSource();
        var others = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                Assert.False(await book.IsBannedAsync(_one, NewPeer(), CancellationToken.None));
            }
        })).ToArray();

        for (var n = 0; n < 50; n++)
        {
            var peer = NewPeer();
            Assert.False(await book.IsBannedAsync(_one, peer, CancellationToken.None));
            await book.BanAsync(_one, peer, "a test", "operator", CancellationToken.None);
            Assert.True(await book.IsBannedAsync(_one, peer, CancellationToken.None));
            Assert.True(await book.LiftAsync(_one, peer, "operator", CancellationToken.None));
            Assert.False(await book.IsBannedAsync(_one, peer, CancellationToken.None));
        }

        await enough.CancelAsync();
        await Task.WhenAll(others);
    }

    [Fact]
    public async Task Everybody_who_asks_while_the_database_is_away_hears_that_and_so_does_who_asks_later()
    {
        var server = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(PostgresCluster.NewDirectory()));
        try
        {
            await using var ledger = await TestLedger.StartAsync(TestLedger.OptionsFor(server.ConnectionString, (await PostgresCluster.SharedAsync()).NewFolder()), [BanTables.Inline, ConvictionTables.Inline]);
            var book = new BanBook(ledger.Events, ledger.Database, TimeProvider.System);
            Assert.False(await book.IsBannedAsync(_one, NewPeer(), CancellationToken.None));
            await server.DisposeAsync();
            var asked = Enumerable.Range(0, 100).Select(_ => book.IsBannedAsync(_one, NewPeer(), CancellationToken.None)).ToArray();
            foreach (var one in asked)
            {
                await Assert.ThrowsAsync<LedgerUnavailableException>(() => one);
            }

            // It goes on asking: nothing of the first hundred is left in the way.
            await Assert.ThrowsAsync<LedgerUnavailableException>(() => book.IsBannedAsync(_one, NewPeer(), CancellationToken.None));
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static PeerPseudonym NewPeer() => new(new Bytes32(RandomNumberGenerator.GetBytes(32)));
}

using System.Diagnostics;
using System.Security.Cryptography;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Licences;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Tests.Entitlements;

/// <summary>Several processes on one database: each has rights in its memory, and each hears of every revocation.</summary>
public sealed class Revocations_elsewhere
{
    private readonly BroadcastId _broadcast = BroadcastId.New(TimeProvider.System);

    [Fact]
    public async Task A_revocation_reaches_every_process_within_moments_and_also_one_that_was_cut_off()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using var first = await NodeAsync(options);
        await using var second = await NodeAsync(options);
        await using var third = await NodeAsync(options);
        Node[] nodes = [first, second, third];
        var viewer = new ViewerPseudonym(new(RandomNumberGenerator.GetBytes(32)));
        var granted = await first.Book.GrantAsync(_broadcast, Sealed(viewer), default);
        foreach (var node in nodes)
        {
            // In each one's memory now.
            Assert.True((await node.Book.FindAsync(_broadcast, viewer, default))!.Holds);
        }

        await second.Book.RevokeAsync(_broadcast, granted.Id, default);
        await UntilAsync(() => nodes.All(n => n.Book.StandingOf(granted.Id, viewer) == Standing.Revoked), TimeSpan.FromSeconds(20));
        Assert.False((await third.Book.FindAsync(_broadcast, viewer, default))!.Holds);

        // All sessions are cut, again and again, while rights come and go: none that is gone is missed.
        var revoked = new List<EntitlementId>();
        for (var round = 0; round < 5; round++)
        {
            await first.Ledger.ExecuteAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
            for (var n = 0; n < 10; n++)
            {
                var other = await RetryAsync(() => nodes[n % 3].Book.GrantAsync(_broadcast, Sealed(new(new(RandomNumberGenerator.GetBytes(32)))), default));
                Assert.True(await RetryAsync(() => nodes[(n + 1) % 3].Book.RevokeAsync(_broadcast, other.Id, default)));
                revoked.Add(other.Id);
            }
        }

        await UntilAsync(() => nodes.All(n => revoked.TrueForAll(id => n.Book.StandingOf(id, default) == Standing.Revoked)), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_process_that_starts_later_knows_from_the_tables_what_was_revoked_before()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using var first = await NodeAsync(options);
        var viewer = new ViewerPseudonym(new(RandomNumberGenerator.GetBytes(32)));
        var granted = await first.Book.GrantAsync(_broadcast, Sealed(viewer), default);
        await first.Book.RevokeAsync(_broadcast, granted.Id, default);

        await using var late = await NodeAsync(options);
        Assert.False((await late.Book.FindAsync(_broadcast, viewer, default))!.Holds);
    }

    private static SealedViewer Sealed(ViewerPseudonym viewer) => new(viewer, new(Guid.NewGuid()), RandomNumberGenerator.GetBytes(105));

    private static async Task<T> RetryAsync<T>(Func<Task<T>> act)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await act();
            }
            catch (LedgerUnavailableException) when (tries < 40)
            {
                await Task.Delay(100);
            }
        }
    }

    private static async Task UntilAsync(Func<bool> condition, TimeSpan limit)
    {
        for (var waiting = Stopwatch.StartNew(); !condition(); await Task.Delay(20))
        {
            Assert.True(waiting.Elapsed < limit, "every process hears of the revocation in time");
        }
    }

    private static async Task<Node> NodeAsync(LedgerOptions options)
    {
        var ledger = await TestLedger.StartAsync(options, [EntitlementTables.Inline], new(LicensingRegistration.Upcasts));
        var book = new EntitlementBook(ledger.Events, ledger.Database, TimeProvider.System);
        var follower = new ChangeFollower(ledger.Events, book, new(TimeProvider.System), TimeProvider.System, new CapturedLog<ChangeFollower>());
        await follower.StartAsync(default);
        return new(ledger, book, follower);
    }

    /// <summary>One process.</summary>
    private sealed record Node(TestLedger Ledger, EntitlementBook Book, ChangeFollower Follower) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Follower.StopAsync(default);
            Follower.Dispose();
            await Ledger.DisposeAsync();
        }
    }
}

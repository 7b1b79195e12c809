using LiveLedger.Harness.Ledgers;

namespace LiveLedger.Ledger.Tests;

/// <summary>Where the database does not extend what was signed, the log halts and signs nothing more.</summary>
public sealed class HaltTests
{
    [Fact]
    public async Task A_restored_older_backup_halts_the_log()
    {
        var options = await TestLedger.NewOptionsAsync();
        byte[] published;
        await using (var ledger = await TestLedger.StartAsync(options))
        {
            await ledger.PublishAsync(10);
            published = ledger.Log.Checkpoint()!;

            // What an older dump would bring back.
            await ledger.StopKeepingAsync();
            await ledger.ExecuteAsync("DELETE FROM ledger.leaves WHERE index >= 6; DELETE FROM ledger.events WHERE version >= 6; UPDATE ledger.streams SET version = 5; UPDATE ledger.head SET size = 6");
        }

        await using var restored = await TestLedger.StartAsync(options);

        await AssertHaltedAsync(restored, "log-rolled-back");
        Assert.Equal(published, restored.Log.Checkpoint());
    }

    [Fact]
    public async Task A_backup_restored_under_a_running_server_halts_it_even_if_the_log_grew_past_the_checkpoint()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using var ledger = await TestLedger.StartAsync(options);
        await ledger.PublishAsync(10);
        var published = ledger.Log.Checkpoint();

        // All sessions end, an older dump is loaded, and another, careless program sequences other events over it.
        await ledger.ExecuteAsync("""
            UPDATE ledger.leaves SET hash = sha256(hash) WHERE index >= 6;
            INSERT INTO ledger.leaves (index, pos, hash) SELECT i, 1000 + i, sha256('x') FROM generate_series(10, 20) AS i;
            UPDATE ledger.head SET size = 21;
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
            """);

        await ledger.UntilAsync(() => ledger.State.Halted is not null, "the log halts");
        await AssertHaltedAsync(ledger, "log-forked");
        Assert.Equal(published, ledger.Log.Checkpoint());
    }

    [Fact]
    public async Task An_altered_leaf_halts_the_log()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var ledger = await TestLedger.StartAsync(options))
        {
            await ledger.PublishAsync(300);
            await ledger.ExecuteAsync("UPDATE ledger.leaves SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE index = 7");
        }

        await using var altered = await TestLedger.StartAsync(options);
        await AssertHaltedAsync(altered, "log-forked");
    }

    [Fact]
    public async Task A_missing_leaf_halts_the_log()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var ledger = await TestLedger.StartAsync(options))
        {
            await ledger.PublishAsync(10);
            await ledger.ExecuteAsync("DELETE FROM ledger.leaves WHERE index = 4");
        }

        await using var damaged = await TestLedger.StartAsync(options);
        await AssertHaltedAsync(damaged, "log-damaged");
    }

    [Fact]
    public async Task A_lost_checkpoint_file_halts_the_log()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var ledger = await TestLedger.StartAsync(options))
        {
            await ledger.PublishAsync(3);
            await ledger.UntilAsync(() => (bool)ledger.ExecuteAsync("SELECT signed FROM ledger.head").Result!, "the database knows that it has signed");
        }

        File.Delete(options.CheckpointFile);
        await using var lost = await TestLedger.StartAsync(options);
        await AssertHaltedAsync(lost, "checkpoint-missing");
        Assert.False(File.Exists(options.CheckpointFile));
    }

    [Fact]
    public async Task A_checkpoint_of_another_key_halts_the_log()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var ledger = await TestLedger.StartAsync(options))
        {
            await ledger.PublishAsync(3);
        }

        await using var other = await TestLedger.StartAsync(options with { LogKey = LiveLedger.Cryptography.Ed25519.Ed25519PrivateKey.Generate() });
        await AssertHaltedAsync(other, "checkpoint-unreadable");
    }

    [Fact]
    public async Task A_halt_that_is_found_while_a_checkpoint_is_prepared_ends_it_unsigned()
    {
        TestLedger? ledger = null;
        var halting = false;
        var options = await TestLedger.NewOptionsAsync();
        await using (ledger = await TestLedger.StartAsync(options with
        {
            Reached = step =>
            {
                if (step == LedgerStep.JournalSynced && Volatile.Read(ref halting))
                {
                    ledger!.State.Halt("witness-forked: a test");
                }
            },
        }))
        {
            await ledger.Events.AppendAndSequenceAsync(new("test/one"), ExpectedVersion.NoStream, [TestEvents.New()]);
            await ledger.UntilPublishedAsync(1);
            Volatile.Write(ref halting, true);
            await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [TestEvents.New()]);
            await ledger.UntilAsync(() => ledger.State.Halted is not null, "the log halts");
            await Task.Delay(1500);
            Assert.Equal(1UL, ledger.Log.Head().Size.Value);
        }
    }

    private static async Task AssertHaltedAsync(TestLedger ledger, string code)
    {
        Assert.StartsWith(code + ":", ledger.State.Halted, StringComparison.Ordinal);
        Assert.False(ledger.State.IsOpen);
        var refused = await Assert.ThrowsAsync<LedgerUnavailableException>(() => ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [TestEvents.New()]));
        Assert.Equal(LedgerUnavailableException.HaltedCode, refused.Refusal.Code);
        await ledger.UntilAsync(() => ledger.Lines.Any(static line => line.StartsWith("Critical: THE LOG HAS HALTED", StringComparison.Ordinal)), "the log says so");
    }
}

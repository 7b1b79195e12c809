using System.Text;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Tests;

/// <summary>What witnesses remember of a log halts it when its own memory is older, and what they merely say does not.</summary>
public sealed class WitnessedLogTests
{
    private static readonly StreamName s_stream = new("test/one");

    [Fact]
    public async Task Older_copies_of_the_database_and_of_the_checkpoint_together_halt_the_log_before_it_takes_an_event_or_signs()
    {
        await using var witness = await TestWitness.StartAsync(0);
        var options = await OptionsAsync(witness);
        var old = await RolledBackAsync(options, witness, cosignedToo: true);

        await using var restored = await TestLedger.StartAsync(options);
        await AssertHaltedAsync(restored, "witness-ahead");
        Assert.Equal(old, await File.ReadAllBytesAsync(options.CheckpointFile));
    }

    [Fact]
    public async Task An_older_checkpoint_beside_a_newer_cosigned_one_halts_the_log_with_no_witness_at_hand()
    {
        LedgerOptions options;
        byte[] old;
        await using (var witness = await TestWitness.StartAsync(0))
        {
            options = await OptionsAsync(witness);
            old = await RolledBackAsync(options, witness, cosignedToo: false);
        }

        await using var restored = await TestLedger.StartAsync(options);
        await AssertHaltedAsync(restored, "checkpoint-rolled-back");
        Assert.Equal(old, await File.ReadAllBytesAsync(options.CheckpointFile));
    }

    [Fact]
    public async Task A_witness_that_comes_back_after_the_log_was_rolled_back_and_went_on_halts_it()
    {
        var witness = await TestWitness.StartAsync(0);
        await using var kept = witness;
        var options = await OptionsAsync(witness);
        await RolledBackAsync(options, witness, cosignedToo: true);
        var (shown, answer) = (witness.Shown, witness.Answer);
        (witness.Shown, witness.Answer) = (null, TestWitness.Refusal);

        await using var restored = await TestLedger.StartAsync(options);
        Assert.Null(restored.State.Halted);
        await AppendAsync(restored, 1);
        await restored.UntilPublishedAsync(7);

        (witness.Shown, witness.Answer) = (shown, answer);
        await restored.UntilAsync(() => restored.State.Halted is not null, "the log halts");
        await AssertHaltedAsync(restored, "witness-ahead");
    }

    [Fact]
    public async Task A_witness_with_another_tree_of_our_key_halts_the_log_though_ours_is_larger()
    {
        await using var witness = await TestWitness.StartAsync(0);
        var options = await OptionsAsync(witness);
        await using (var first = await TestLedger.StartAsync(options))
        {
            await AppendAsync(first, 300);
            await first.UntilPublishedAsync(300);
        }

        var other = new CompactRange();
        for (byte i = 0; i < 200; i++)
        {
            other.Append(LeafHash.Of([i]));
        }

        witness.Shown = Signed(options, other.Head, options.LogKey);
        await using var second = await TestLedger.StartAsync(options);
        await AssertHaltedAsync(second, "witness-forked");
    }

    [Fact]
    public async Task What_a_witness_says_and_our_key_did_not_sign_halts_nothing()
    {
        await using var witness = await TestWitness.StartAsync(0);
        using var another = Ed25519PrivateKey.Generate();
        var options = await OptionsAsync(witness);
        var larger = new TreeHead(new(50), new(Cryptography.Sha256Hash.Of("x"u8).Value));
        foreach (var shown in (byte[]?[])[null, [], "nothing\n"u8.ToArray(), new byte[200_000], Signed(options, larger, another),
            Signed(options with { Origin = "other.example/log" }, larger, options.LogKey)])
        {
            (witness.Size, witness.Shown) = (50, shown);
            await using var ledger = await TestLedger.StartAsync(options);
            var size = (int)ledger.Log.Head().Size.Value;
            await AppendAsync(ledger, 3);
            await ledger.UntilPublishedAsync(size + 3);
            await ledger.UntilAsync(
                () => ledger.WitnessLines.Any(l => l.StartsWith("Critical: WITNESS w0 DISAGREES", StringComparison.Ordinal)), "it is told of loudly");
            Assert.Null(ledger.State.Halted);
            await LogAudit.CheckAsync(ledger.Log);
        }
    }

    // Ten events, cosigned; then everything but the witness is as it was at six. Gives the older checkpoint.
    private static async Task<byte[]> RolledBackAsync(LedgerOptions options, TestWitness witness, bool cosignedToo)
    {
        var cosigned = options.CheckpointFile + ".cosigned";
        await using var ledger = await TestLedger.StartAsync(options);
        await AppendAsync(ledger, 6);
        await ledger.UntilAsync(() => File.Exists(cosigned) && witness.Size == 6, "six are cosigned");
        var (old, oldCosigned) = (await File.ReadAllBytesAsync(options.CheckpointFile), await File.ReadAllBytesAsync(cosigned));
        await AppendAsync(ledger, 4);
        await ledger.UntilAsync(() => witness.Size == 10 && File.ReadAllText(cosigned).Contains("\n10\n", StringComparison.Ordinal), "ten are cosigned");
        await ledger.StopKeepingAsync();
        await ledger.ExecuteAsync("""
            DELETE FROM ledger.leaves WHERE index >= 6; DELETE FROM ledger.events WHERE version >= 6; UPDATE ledger.streams SET version = 5; UPDATE ledger.head SET size = 6
            """);
        await File.WriteAllBytesAsync(options.CheckpointFile, old);
        if (cosignedToo)
        {
            await File.WriteAllBytesAsync(cosigned, oldCosigned);
        }

        return old;
    }

    private static byte[] Signed(LedgerOptions options, TreeHead head, Ed25519PrivateKey key) =>
        new Checkpoint(options.Origin, head).Sign(new NoteSigner(options.Origin, key)).ToBytes();

    private static Task AppendAsync(TestLedger ledger, int count) =>
        ledger.Events.AppendAsync(s_stream, ExpectedVersion.Any, [.. Enumerable.Range(0, count).Select(TestEvents.New)]);

    private static async Task<LedgerOptions> OptionsAsync(TestWitness witness)
    {
        Assert.True(TrustPolicy.TryParse(Encoding.UTF8.GetBytes($"witness w0 {witness.Key} {witness.Address}\nquorum none\n"), out var policy, out _));

        // Without a journal: everything on this machine is older, and only those outside remember.
        return await TestLedger.NewOptionsAsync() with { Witnesses = policy, JournalFolder = null };
    }

    private static async Task AssertHaltedAsync(TestLedger ledger, string code)
    {
        Assert.StartsWith(code + ":", ledger.State.Halted, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<LedgerUnavailableException>(() => ledger.Events.AppendAsync(s_stream, ExpectedVersion.Any, [TestEvents.New()]));
        Assert.Equal(LedgerUnavailableException.HaltedCode, refused.Refusal.Code);
        await ledger.UntilAsync(() => ledger.Lines.Any(l => l.StartsWith("Critical: THE LOG HAS HALTED", StringComparison.Ordinal)), "the log says so");
    }
}

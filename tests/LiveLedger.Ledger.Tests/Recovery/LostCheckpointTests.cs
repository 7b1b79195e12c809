using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Journal;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Tests.Recovery;

/// <summary>The file that remembers the last signed checkpoint is lost, older than it was, or unreadable.</summary>
public sealed class LostCheckpointTests
{
    [Fact]
    public async Task A_lost_checkpoint_file_is_no_loss_where_the_whole_journal_is_there_and_halts_the_log_where_it_is_not()
    {
        foreach (var whole in (bool[])[true, false])
        {
            var options = await TestLedger.NewOptionsAsync();
            TreeHead head;
            await using (var ledger = await TestLedger.StartAsync(options))
            {
                await ledger.AppendTalliesAsync(60);
                await ledger.UntilPublishedAsync(60);
                await ledger.UntilAsync(() => (bool)ledger.ExecuteAsync("SELECT signed FROM ledger.head").Result!, "the database knows that it has signed");
                head = ledger.Log.Head();
            }

            File.Delete(options.CheckpointFile);
            if (!whole)
            {
                File.Delete(JournalFile.In(options.JournalFolder!)[0].Path);
            }

            await using var lost = await TestLedger.StartAsync(options);
            Assert.StartsWith("checkpoint-missing", lost.State.Halted, StringComparison.Ordinal);
            if (whole)
            {
                await lost.RollForwardAsync();
                await lost.UntilPublishedAsync(61);
                var proof = (await lost.Log.ConsistencyAsync(head.Size, lost.Log.Head().Size))!;
                Assert.Equal(ProofResult.Valid, proof.Verify(head.Root, lost.Log.Head().Root));
            }
            else
            {
                lost.Recovery.BeginRollForward("a test");
                await lost.Recovery.Work;
                Assert.Equal("recovery-impossible", lost.Recovery.Failure!.Code);
            }
        }
    }

    [Fact]
    public async Task An_older_checkpoint_file_is_replaced_by_the_newest_that_our_key_has_signed_never_by_a_new_signature()
    {
        var options = await TestLedger.NewOptionsAsync();
        byte[] old, last;
        await using (var ledger = await TestLedger.StartAsync(options))
        {
            await ledger.AppendTalliesAsync(10);
            await ledger.UntilPublishedAsync(10);
            old = ledger.Log.Checkpoint()!;
            await ledger.AppendTalliesAsync(10);
            await ledger.UntilPublishedAsync(20);
            last = ledger.Log.Checkpoint()!;
        }

        // What witnesses had cosigned lies beside it.
        await File.WriteAllBytesAsync(options.CheckpointFile + ".cosigned", last);
        await File.WriteAllBytesAsync(options.CheckpointFile, old);
        await using var halted = await TestLedger.StartAsync(options);
        Assert.StartsWith("checkpoint-rolled-back", halted.State.Halted, StringComparison.Ordinal);
        await halted.RollForwardAsync();
        await halted.UntilPublishedAsync(21);
        await LogAudit.CheckAsync(halted.Log);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(3_000_000)]
    public async Task A_checkpoint_file_that_nobody_can_read_is_set_aside(int length)
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var ledger = await TestLedger.StartAsync(options))
        {
            await ledger.AppendTalliesAsync(20);
            await ledger.UntilPublishedAsync(20);
        }

        File.Delete(options.CheckpointFile + ".cosigned");
        await File.WriteAllBytesAsync(options.CheckpointFile, new byte[length]);
        await using var halted = await TestLedger.StartAsync(options);
        Assert.StartsWith("checkpoint-unreadable", halted.State.Halted, StringComparison.Ordinal);
        await halted.RollForwardAsync();
        await halted.UntilPublishedAsync(21);
        await LogAudit.CheckAsync(halted.Log);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(options.CheckpointFile)!, "checkpoint.unreadable-*"));
    }
}

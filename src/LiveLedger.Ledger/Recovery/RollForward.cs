using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Journal;
using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Transparency.Notes;
using Npgsql;

namespace LiveLedger.Ledger.Recovery;

/// <summary>Gives a database back what the journal has and it has not, and the checkpoint file what our key has signed last.</summary>
/// <remarks>The connection holds the leader's lock, and <paramref name="found"/> was found under it.</remarks>
internal sealed class RollForward(NpgsqlConnection connection, LogExamination found, CheckpointStore store, InlineRebuild inline, LedgerOptions options,
    TimeProvider time, Action<RecoveryProgress> report)
{
    public async Task RunAsync(CancellationToken cancel)
    {
        // From here on until the end a crash leaves the log halted (recovery-unfinished), whatever is back by then.
        var began = store.IsRecovering;
        store.BeginRecovery();
        await RestoreAsync(cancel);
        if (began || found.Missing > 0)
        {
            // Those that follow the log by index find the events themselves.
            report(new(RecoveryStage.Projecting, 0, 0));
            await inline.RebuildAllAsync(cancel);
        }

        await AdoptAsync(new(connection, options.Reached), cancel);
        store.EndRecovery();
    }

    private async Task RestoreAsync(CancellationToken cancel)
    {
        if (found.Missing == 0)
        {
            return;
        }

        var restorer = new EventRestorer(connection);
        var next = found.DatabaseSize;
        foreach (var batch in new JournalReader(options.JournalFolder!).From(next).Select(e => e.Event).Chunk(EventRestorer.BatchSize))
        {
            await restorer.RestoreAsync(next, batch, cancel);
            next += (ulong)batch.Length;
            report(new(RecoveryStage.Restoring, next - found.DatabaseSize, found.Missing));
        }
    }

    // The file shall hold the largest tree that our key has signed, whoever has kept it.
    private async Task AdoptAsync(LogTables tables, CancellationToken cancel)
    {
        SetAsideUnreadable();
        if (found.SignedUnknown)
        {
            await tables.MarkUnsignedAsync(cancel);
        }
        else if (found.Promises is [.., var (last, _)] && (store.Read() ?? []) is var stored && !stored.AsSpan().SequenceEqual(last.Note))
        {
            if (found.Promises.FirstOrDefault(p => p.Promise.Source == "checkpoint").Promise is { } own && own.Head == last.Head)
            {
                return;
            }

            if (!store.TryReplace(stored, last.Note))
            {
                throw new RefusedException(RecoveryRefusals.Elsewhere);
            }
        }
    }

    // Nobody can tell what it said; whoever wants to look finds it beside.
    private void SetAsideUnreadable()
    {
        try
        {
            if (store.Read() is { } note)
            {
                CheckpointSigner.Open(note, new NoteSigner(options.Origin, options.LogKey), options.Origin);
            }
        }
        catch (LogHaltedException)
        {
            store.SetAside(time.GetUtcNow());
        }
    }
}

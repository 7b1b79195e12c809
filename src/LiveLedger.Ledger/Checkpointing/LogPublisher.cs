using System.Threading.Channels;
using LiveLedger.Ledger.Journal;
using LiveLedger.Ledger.Sequencing;

namespace LiveLedger.Ledger.Checkpointing;

/// <summary>
/// Beside the sequencer, over a session of its own: brings what is sequenced into the journal and under checkpoints, so that neither disk nor
/// signature is waited for by who wants an index.
/// </summary>
/// <param name="signer">Holds the tree that was checked.</param>
/// <param name="journal">Where events go before they are promised; null for none.</param>
/// <param name="batches">What the sequencer has committed; an empty batch when it found nothing more.</param>
/// <param name="beforeFirst">Asked once, before the first signature: whether anybody has seen more of this log than we; null if that was asked.</param>
/// <param name="interval">Time between checkpoints under load.</param>
/// <param name="state">Nothing is signed once it says that the log has halted.</param>
/// <param name="time">The clock.</param>
internal sealed class LogPublisher(CheckpointSigner signer, LogJournal? journal, ChannelReader<SequencedBatch> batches, Func<CancellationToken, Task>? beforeFirst,
    TimeSpan interval, LedgerState state, TimeProvider time)
{
    private static readonly TimeSpan s_settled = TimeSpan.FromMilliseconds(100);

    // What was told an index and is not in the journal is lost with the database. Off the way of appends, but the disk is the same.
    private static readonly TimeSpan s_journalLag = TimeSpan.FromMilliseconds(100);

    // An empty batch says that the queue was empty: what was taken until then need not wait for more company.
    private bool _queueEmpty = true;
    private Task<bool>? _waiting;
    private Func<CancellationToken, Task>? _beforeFirst = beforeFirst;

    /// <summary>Runs until cancelled or something fails.</summary>
    /// <exception cref="LeadershipLostException">Another process has signed.</exception>
    /// <exception cref="LogHaltedException">What was sequenced is not whole.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        var signedAt = time.GetTimestamp();
        var flushedAt = signedAt;
        if (signer.NeverSigned)
        {
            await SignAsync(cancel);
        }

        while (state.Halted is null && await WaitAsync(signedAt, cancel))
        {
            while (batches.TryRead(out var batch))
            {
                _queueEmpty = batch.Count == 0;
                signer.Take(batch);
                if (journal is not null)
                {
                    await journal.AddAsync(batch, cancel);
                }
            }

            if (time.GetElapsedTime(flushedAt) >= s_journalLag)
            {
                journal?.Flush();
                flushedAt = time.GetTimestamp();
            }

            var since = time.GetElapsedTime(signedAt);
            if (signer.HasNews && since >= (_queueEmpty ? s_settled : interval))
            {
                await SignAsync(cancel);
                signedAt = time.GetTimestamp();
            }
        }
    }

    private async Task SignAsync(CancellationToken cancel)
    {
        if (_beforeFirst is { } ask)
        {
            await ask(cancel);
            _beforeFirst = null;
        }

        // The journal before the signature: every event that a checkpoint promises can be given back. A crash between the two leaves a journal
        // that is longer than the checkpoint, and no longer than the database.
        journal?.Flush();

        // Found while we waited, by a witness for one: then this signature is never made.
        if (state.Halted is null)
        {
            await signer.SignAsync(cancel);
        }
    }

    // Until there is a batch, or what was taken is due.
    private async Task<bool> WaitAsync(long signedAt, CancellationToken cancel)
    {
        // Kept from one call to the next: the channel has one reader.
        _waiting ??= batches.WaitToReadAsync(cancel).AsTask();
        if (signer.HasNews && !_waiting.IsCompleted
            && (_queueEmpty ? s_settled : interval) - time.GetElapsedTime(signedAt) is var left && left > TimeSpan.Zero)
        {
            await Task.WhenAny(_waiting, Task.Delay(left, time, cancel));
        }

        if (signer.HasNews && !_waiting.IsCompleted)
        {
            cancel.ThrowIfCancellationRequested();
            return true;
        }

        var more = await _waiting;
        _waiting = null;
        return more;
    }
}

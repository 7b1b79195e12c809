using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Receipts;
using LiveLedger.Swarm.Bans;

namespace LiveLedger.Swarm.Receipts;

/// <summary>Takes batches of receipts: every signature on them is checked before they are logged. What they count for is decided by whoever counts.</summary>
internal sealed class ReceiptDesk(EventStore ledger, AdmittedKeys keys, BanBook bans, TimeProvider time)
{
    // A period may end, and its receipt be handed in, a while after the admission that it began under.
    private static readonly TimeSpan s_after = TimeSpan.FromMinutes(20);

    private static readonly Refusal s_malformed = new(400, "receipts-invalid", "A batch of receipts cannot be read, or one of its signatures does not hold; see docs/formats/receipts.md.");
    private static readonly Refusal s_unknown = new(403, "peer-not-admitted", "The batch's sender, or the receiver of one of its receipts, is no key that was admitted to this broadcast lately. One admitted a moment ago is known within 2 s.");
    private static readonly Refusal s_banned = new(403, "peer-banned", "This entitlement or grant is banned from the broadcast's swarm; playing from the origin is not.");
    private static readonly Refusal s_tooMany = new(429, "too-many-receipts", "This entitlement or grant hands in more batches than any peer needs: a viewer 6 at once, and one each 15 s; a relay 12, and one each 5 s.");

    private readonly ReceiptLimit _limit = new(time);
    private readonly Allowances<(BroadcastId, PeerPseudonym)> _known = new(time, 12, TimeSpan.FromSeconds(5), 200_000);

    /// <summary>Logs a batch.</summary>
    /// <param name="bytes">From outside.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <returns>Whose it is, the batch, and whether it was new.</returns>
    /// <exception cref="RefusedException">It is not taken.</exception>
    /// <exception cref="LedgerUnavailableException">It could not be written down; hand it in again.</exception>
    public async Task<(PeerPseudonym Sender, ReceiptBatch Batch, bool IsNew)> FileAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        if (!ReceiptBatch.TryRead(bytes.Span, out var batch))
        {
            throw new RefusedException(s_malformed);
        }

        var now = time.GetUtcNow();
        var known = await keys.FindAsync(batch.Broadcast, batch.Receipts.Select(static r => r.Receipt.Receiver).Prepend(batch.Sender), now, cancel);
        if (!known.TryGetValue(batch.Sender, out var sender) || sender.Until + s_after < now)
        {
            throw new RefusedException(s_unknown);
        }

        if (!batch.Verify(sender.Key))
        {
            throw new RefusedException(s_malformed);
        }

        if (await bans.IsBannedAsync(batch.Broadcast, sender.Peer, cancel))
        {
            throw new RefusedException(s_banned);
        }

        // A batch speaks for itself, so whoever has seen it can bring it again: that has a limit of its own, which is nothing to the sender's next batch.
        var hash = Sha256Hash.Of(bytes.Span);
        var stream = ReceiptEvents.StreamOf(batch, hash);
        if (await ledger.StreamVersionAsync(stream, cancel) >= 0)
        {
            return _known.Take((batch.Broadcast, sender.Peer)) is { } patience ? throw new RefusedException(s_tooMany with { RetryAfter = patience }) : (sender.Peer, batch, false);
        }

        // After the signature: nobody else can use up a peer's limit. Before the receipts', which cost the most.
        if (_limit.Take(batch.Broadcast, sender.Peer, sender.Role) is { } wait)
        {
            throw new RefusedException(s_tooMany with { RetryAfter = wait });
        }

        foreach (var receipt in batch.Receipts)
        {
            if (!known.TryGetValue(receipt.Receipt.Receiver, out var receiver))
            {
                throw new RefusedException(s_unknown);
            }

            if (!receipt.Verify(receiver.Key))
            {
                throw new RefusedException(s_malformed);
            }
        }

        // A crash from here on leaves the batch in the log: handed in again, it is known.
        var result = await ledger.AppendFirstAsync(stream, ReceiptEvents.Filed(batch, hash), cancel);
        return (sender.Peer, batch, result.Outcome == AppendOutcome.Appended);
    }
}

using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Reputation;

namespace LiveLedger.Cli.Audit;

/// <summary>Counts a broadcast's events, and believes no signature that it has not checked.</summary>
internal sealed class CheckedCounting(BroadcastId broadcast)
{
    private readonly BroadcastReputation _counted = new();
    private readonly Dictionary<PeerKey, Ed25519PublicKey> _admitted = [];
    private ulong? _last;

    /// <summary>Events that were counted.</summary>
    internal int Events { get; private set; }

    /// <summary>Signatures that were checked.</summary>
    internal long Signatures { get; private set; }

    internal void Take(ShownEvent shown)
    {
        if (_last >= shown.Index)
        {
            throw new VerifiedFalse($"event {shown.Index} is shown behind event {_last}");
        }

        if (ReputationEvents.Read(shown.Parsed.Type, shown.Payload) is not ReputationInput.OfBroadcast input || input.Broadcast != broadcast)
        {
            return;
        }

        switch (input)
        {
            case ReputationInput.KeyAdmitted admitted:
                _admitted[admitted.Key] = Ed25519PublicKey.TryParse(admitted.Key.Value.ToArray(), out var key) ? key : throw new VerifiedFalse($"event {shown.Index} admits a key that is no sound point");
                break;
            case ReputationInput.ReceiptsFiled { Batch: var batch }:
                Require(shown.Index, batch.Verify(KeyOf(batch.Sender, shown.Index)), "batch");
                foreach (var receipt in batch.Receipts)
                {
                    Require(shown.Index, receipt.Verify(KeyOf(receipt.Receipt.Receiver, shown.Index)), "receipt");
                }

                break;
            case ReputationInput.ReceiptForked { Fork: var fork }:
                Require(shown.Index, fork.Verify(KeyOf(fork.Receiver, shown.Index)), "fork");
                break;
        }

        _counted.Take(shown.Index, shown.Parsed.RecordedAt, input, null);
        (_last, Events) = (shown.Index, Events + 1);
    }

    internal Standing Of(PeerPseudonym peer, ulong index) => _last == index ? _counted.Of(peer) : throw new VerifiedFalse($"the server's word is of event {index}, and the last that counts is {_last}");

    private Ed25519PublicKey KeyOf(PeerKey key, ulong index) =>
        _admitted.TryGetValue(key, out var known) ? known : throw new VerifiedFalse($"event {index} counts the key {StrictBase64Url.Encode(key.Value.ToArray())}, which nobody admitted");

    private void Require(ulong index, bool holds, string what)
    {
        Signatures++;
        if (!holds)
        {
            throw new VerifiedFalse($"event {index} holds a {what} whose signature does not hold");
        }
    }
}

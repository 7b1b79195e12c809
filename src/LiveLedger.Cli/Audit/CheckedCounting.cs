using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.FraudProofs;
using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Reputation;

namespace LiveLedger.Cli.Audit;

/// <summary>Counts a broadcast's events, and believes no segment, signature, fork and conviction that it has not checked.</summary>
/// <param name="broadcast">Which.</param>
/// <param name="proofs">Decides on proofs of fraud by the platform's keys.</param>
/// <param name="signer">Leads to the broadcaster's identity; null if the server shows none.</param>
internal sealed class CheckedCounting(BroadcastId broadcast, FraudVerifier proofs, SignedCertificate? signer)
{
    private readonly BroadcastReputation _counted = new();
    private readonly SignedSegments? _segments = signer is null ? null : new(signer);
    private readonly Dictionary<PeerKey, Ed25519PublicKey> _admitted = [];
    private readonly HashSet<(PeerKey Key, PeerPseudonym Peer)> _actsFor = [];

    // Forks of receipts in batches, by their hashes. What is to be counted against a sender, it has signed.
    private readonly HashSet<(Sha256Hash First, Sha256Hash Second)> _found = [];
    private ulong? _last;

    /// <summary>Events that were counted.</summary>
    internal int Events { get; private set; }

    /// <summary>Signatures of peers, and proofs, that were checked.</summary>
    internal long Signatures { get; private set; }

    /// <summary>Segments whose records were checked.</summary>
    internal int Segments { get; private set; }

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
            case ReputationInput.SegmentLogged segment:
                (_segments ?? throw Unsigned(shown)).Require(shown, segment);
                Segments++;
                break;
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
            case ReputationInput.ReceiptForked { Fork: var fork } when !_found.Contains((fork.First.Hash, fork.Second.Hash)):
                throw new VerifiedFalse($"event {shown.Index} tells of a fork, and no batches in the log hold it");
            case ReputationInput.PeerConvicted convicted:
                Signatures++;
                if (!Proves(shown.Payload, convicted, (signer ?? throw Unsigned(shown)).Certificate.Identity))
                {
                    throw new VerifiedFalse($"event {shown.Index} convicts {convicted.Peer}, and its proof proves nothing of it");
                }

                break;
        }

        var outcome = new ReputationOutcome();
        _counted.Take(shown.Index, shown.Parsed.RecordedAt, input, outcome);
        (_last, Events) = (shown.Index, Events + 1);
        _found.UnionWith(outcome.Found.Select(static f => (f.First.Hash, f.Second.Hash)));
        _actsFor.UnionWith(outcome.Admitted.Select(static a => (a.Key, a.Peer)));
    }

    internal Standing Of(PeerPseudonym peer, ulong index) => _last == index ? _counted.Of(peer) : throw new VerifiedFalse($"the server's word is of event {index}, and the last that counts is {_last}");

    private static CommandFailure Unsigned(ShownEvent shown) => new($"event {shown.Index} needs the broadcaster's signer certificate, and the server shows none");

    // By a key that the log says was admitted: the platform cannot make up an admission afterwards to convict somebody by. And of the broadcaster's record: nor a segment.
    private bool Proves(byte[] payload, ReputationInput.PeerConvicted convicted, Ed25519PublicKey identity)
    {
        using var said = JsonDocument.Parse(payload);
        return said.RootElement.TryGetProperty("proof", out var text) && text.ValueKind == JsonValueKind.String && StrictBase64Url.TryDecode(text.GetString(), out var bytes)
            && FraudProof.TryRead(bytes, out var proof) && proof is ChunkFraudProof chunk
            && SegmentVerification.CheckCertificate(chunk.Certificate.Span, broadcast, identity, out _).IsOk && proofs.Verify(proof, identity: null, out var verdict) == FraudRefusal.None
            && verdict is PeerConviction proved && proved.Broadcast == broadcast && proved.Peer == convicted.Peer
            && _actsFor.Contains((PeerKey.Of(proved.Key), proved.Peer));
    }

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

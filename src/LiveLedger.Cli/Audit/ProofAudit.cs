using LiveLedger.Cli.Files;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Proofs;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>Checks a proof that somebody has saved (C2SP tlog-proof), with the entry it is about, and no network.</summary>
internal static class ProofAudit
{
    internal static AuditVerdict Run(string proofFile, string entryFile, Trust trust)
    {
        if (!TlogProof.TryParse(BoundedFile.Read(proofFile, TlogProof.MaxLength), out var proof))
        {
            return AuditVerdict.False($"{proofFile} is no .tlog-proof");
        }

        // A proof names no key, so without one there is nothing to believe it by.
        VerifierKey[] keys = trust.Key is { } one ? [one] : [.. (trust.Policy?.Logs ?? []).Select(static l => l.Key)];
        if (keys.Length == 0)
        {
            throw new CommandFailure("whose log? --key VKEY, or a --policy that lists it", ExitCode.Usage);
        }

        var entry = BoundedFile.Read(entryFile, LedgerEntry.MaxLength);
        var leaf = LeafHash.Of(entry);
        foreach (var key in keys)
        {
            var result = proof.Verify(leaf, key, out var checkpoint);
            if (result.IsValid)
            {
                var cosigned = SignedLog.CosignedOf(proof.Note.Span, key, trust.Policy);
                return EntryAudit.Proven(new(proof, checkpoint!.Head, entry), key, cosigned);
            }

            if (key == keys[^1])
            {
                return AuditVerdict.False($"the entry is not entry {proof.Index} of a tree that {(keys.Length == 1 ? "this log" : "one of these logs")} has signed: {result}", $"leaf {leaf}", $"key {key}");
            }
        }

        throw new InvalidOperationException("there is a key");
    }
}

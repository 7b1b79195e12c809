using LiveLedger.Cli.Files;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;
using LiveLedger.Transparency.Proofs;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>Proves one entry from the tiles alone: the log's own word for it is not asked.</summary>
internal static class EntryAudit
{
    internal static async Task<AuditVerdict> RunAsync(HttpClient http, Uri server, LedgerIndex index, Trust trust, string? proofFile, string? entryFile, CancellationToken cancellation)
    {
        var log = await SignedLog.OpenAsync(http, server, trust, cancellation);
        var size = log.Head.Size;
        if (!size.Holds(index))
        {
            throw new CommandFailure($"the signed tree has {size} entries, counted from 0: there is no entry {index} yet");
        }

        var entries = await log.Reader.BundleAsync(size, index.Value / TilePath.FullWidth, cancellation)
            ?? throw new CommandFailure($"the log serves no well-formed bundle with entry {index}");
        var entry = entries[(int)(index.Value % TilePath.FullWidth)];
        var tiles = await log.Reader.TilesAsync(size, InclusionProof.NodesFor(index, size), cancellation);
        var proof = TlogProof.Of(tiles.Inclusion(index), log.Note);
        var leaf = LeafHash.Of(entry.Span);
        var result = proof.Verify(leaf, log.Key, out _);
        if (!result.IsValid)
        {
            return AuditVerdict.False($"entry {index} as served is not in the signed tree of size {size}: {result}", [$"leaf {leaf}", .. log.Speakers]);
        }

        if (proofFile is not null)
        {
            BoundedFile.Write(proofFile, proof.ToBytes());
        }

        if (entryFile is not null)
        {
            BoundedFile.Write(entryFile, entry.Span);
        }

        return Proven(new(proof, log.Head, entry), log.Key, log.Cosigned);
    }

    /// <summary>The verdict on an entry whose proof holds.</summary>
    internal static AuditVerdict Proven(ProvenEntry proven, VerifierKey key, PolicyVerdict? cosigned)
    {
        var (proof, head, bytes) = proven;
        var leaf = LeafHash.Of(bytes.Span);

        // A log of others has entries of others; they are proven all the same.
        LedgerEntry.TryParse(bytes.Span, out var parsed);
        string[] details = [.. Lines(parsed, bytes.Length), $"leaf {leaf}", .. SignedLog.SpeakersOf(key, cosigned)];
        return new(true, $"entry {proof.Index} is in the signed tree of size {head.Size}", details, new Dictionary<string, object?>
        {
            ["index"] = proof.Index.Value,
            ["size"] = head.Size.Value,
            ["root"] = head.Root.ToString(),
            ["leaf"] = leaf.ToString(),
            ["key"] = key.ToString(),
            ["cosigned"] = cosigned?.Cosigned.Select(static c => new { c.Witness.Name, c.Time }),
            ["entry"] = Convert.ToBase64String(bytes.Span),
            ["event"] = parsed is null ? null : new
            {
                id = parsed.EventId,
                parsed.Stream,
                version = parsed.StreamVersion,
                parsed.Type,
                parsed.Schema,
                parsed.RecordedAt,
                parsed.Actor,
                parsed.Correlation,
                parsed.Causation,
                payloadDigest = parsed.Payload.Value.ToString(),
            },
            ["proof"] = proof.Hashes.Select(static h => Convert.ToBase64String(h.ToArray())),
        });
    }

    private static string[] Lines(LedgerEntry? entry, int length) => entry is null
        ? [$"{length} bytes that are no entry of ours"]
        :
        [
            $"{entry.Type} (schema {entry.Schema}), version {entry.StreamVersion} of {entry.Stream}",
            $"event {entry.EventId}, by {entry.Actor}, recorded {entry.RecordedAt:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}",
            .. entry.Causation is { } cause ? [$"caused by {cause}"] : (string[])[],
            .. entry.Correlation is { } whole ? [$"belongs to {whole}"] : (string[])[],
            $"payload digest {entry.Payload.Value}",
        ];
}

/// <summary>An entry, and what proves it.</summary>
/// <param name="Proof">Holds for the entry's leaf.</param>
/// <param name="Head">The signed tree that it is in.</param>
/// <param name="Entry">The leaf's bytes.</param>
internal sealed record ProvenEntry(TlogProof Proof, TreeHead Head, ReadOnlyMemory<byte> Entry);

using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Proofs;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>Proves one entry from the tiles alone: the log's own word for it is not asked.</summary>
internal static class EntryAudit
{
    internal static async Task<AuditVerdict> RunAsync(
        HttpClient http, Uri server, LedgerIndex index, VerifierKey? trusted, string? proofFile, CancellationToken cancellation)
    {
        var log = await SignedLog.OpenAsync(http, server, trusted, cancellation);
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
            return AuditVerdict.False($"entry {index} as served is not in the signed tree of size {size}: {result}", $"leaf {leaf}", $"key {log.Key}");
        }

        if (proofFile is not null)
        {
            Save(proofFile, proof.ToBytes());
        }

        // A log of others has entries of others; they are proven all the same.
        LedgerEntry.TryParse(entry.Span, out var parsed);
        return new(true, $"entry {index} is in the signed tree of size {size}", [.. Lines(parsed, entry.Length), $"leaf {leaf}", $"key {log.Key}"], new Dictionary<string, object?>
        {
            ["index"] = index.Value,
            ["size"] = size.Value,
            ["root"] = log.Head.Root.ToString(),
            ["leaf"] = leaf.ToString(),
            ["key"] = log.Key.ToString(),
            ["entry"] = Convert.ToBase64String(entry.Span),
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

    private static void Save(string file, byte[] proof)
    {
        try
        {
            File.WriteAllBytes(file, proof);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"cannot write {file}: {e.Message}");
        }
    }
}

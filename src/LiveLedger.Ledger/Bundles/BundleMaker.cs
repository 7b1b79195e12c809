using LiveLedger.Cryptography;
using LiveLedger.Ledger.Auditing;
using LiveLedger.Ledger.Reading;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Transparency.Bundles;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Policies;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Bundles;

/// <summary>
/// Makes the bundle of a broadcast under one checkpoint. Everything in it lies below that checkpoint, where nothing ever changes, so short
/// statements one after another see one state, and the same checkpoint with the same receipts of anchors gives the same bytes.
/// </summary>
internal sealed class BundleMaker(AuditReader audit, LogReader log, LedgerOptions options, BundleTables tables, AuditLinks links)
{
    // The index follows the log within moments; a bundle has to wait for it.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    /// <summary>Fixes the checkpoint, and looks whether there is something to put into a bundle, and not too much.</summary>
    /// <exception cref="RefusedException">There is not, or the database is away.</exception>
    public async Task<BundlePlan> PlanAsync(string broadcast, CancellationToken cancel)
    {
        if (log.Checkpoint() is not { } note || Checkpoint.Open(note, log.VerifierKey, out var checkpoint) != CheckpointResult.Valid)
        {
            throw new RefusedException(new(404, "checkpoint-missing", "the log has published no checkpoint yet"));
        }

        var size = checkpoint!.Head.Size;
        for (var waited = TimeSpan.Zero; await audit.UpToAsync(cancel) < (long)size.Value; waited += s_look)
        {
            if (waited >= s_patience)
            {
                throw new RefusedException(new(503, "index-not-ready", "the ledger's index is behind the log; try again") { RetryAfter = s_patience });
            }

            await Task.Delay(s_look, cancel);
        }

        var (entries, streams) = await tables.CountAsync(broadcast, size, cancel);
        return (entries, streams) switch
        {
            (0, _) => throw new RefusedException(new(404, "broadcast-unknown", "The published log has nothing of such a broadcast.")),
            ( > BundleEntries.MaxEntries, _) or (_, > BundleContents.MaxStreams) => throw new RefusedException(new(409, "bundle-too-large",
                $"A bundle has at most {BundleEntries.MaxEntries} entries in {BundleContents.MaxStreams} streams; /v1/ledger/entries gives the same page by page.")),
            _ => new(broadcast, note, size, await AnchorsAsync(size, cancel)),
        };
    }

    /// <summary>Writes the bundle. Holds a page of entries, however many there are.</summary>
    public async Task WriteAsync(BundlePlan plan, Stream output, CancellationToken cancel)
    {
        using var writer = new BundleWriter(output, cancel);
        var policy = options.Witnesses ?? TrustPolicy.OfLogAlone(log.VerifierKey);
        await writer.BeginAsync(plan.Note, log.VerifierKey, policy.ToText(log.VerifierKey), plan.Broadcast, plan.Anchors);
        await foreach (var stream in tables.StreamsAsync(plan.Broadcast, plan.Size, cancel))
        {
            await writer.StreamAsync(stream);
        }

        await writer.EndStreamsAsync();
        var behind = 0UL;
        var next = tables.PageAsync(plan.Broadcast, behind, plan.Size, cancel);
        while (await next is { Count: > 0 } page)
        {
            // PostgreSQL reads the next page while this one is packed.
            next = tables.PageAsync(plan.Broadcast, page[^1].Index + 1, plan.Size, cancel);
            behind = await WritePageAsync(writer, plan.Size, behind, page, cancel);
        }

        var last = BundleEntries.Between(behind, plan.Size.Value);
        var tiles = await log.TilesAsync(plan.Size, last, cancel);
        await writer.EndAsync(plan.Size, [.. last.Select(tiles.Node)]);
    }

    // Whatever was anchored goes in: were it another history than the log's, whoever checks the bundle has to see that.
    private async Task<IReadOnlyList<BundleAnchor>> AnchorsAsync(TreeSize size, CancellationToken cancel)
    {
        var anchors = new List<BundleAnchor>();
        foreach (var (head, receipt) in links.AnchorsFor is { } anchorsFor ? await anchorsFor(size, BundleAnchors.MaxAnchors, cancel) : [])
        {
            anchors.Add(new(head, receipt, await log.GrowthAsync(head.Size, size, cancel)));
        }

        return anchors;
    }

    // All hashes that a page needs, in one statement.
    private async Task<ulong> WritePageAsync(BundleWriter writer, TreeSize size, ulong behind, IReadOnlyList<BundledEntry> page, CancellationToken cancel)
    {
        var between = new List<IReadOnlyList<NodeAddress>>(page.Count);
        foreach (var entry in page)
        {
            between.Add(BundleEntries.Between(behind, entry.Index));
            behind = entry.Index + 1;
        }

        var tiles = await log.TilesAsync(size, between.SelectMany(static nodes => nodes), cancel);
        for (var i = 0; i < page.Count; i++)
        {
            Bytes32[] hashes = [.. between[i].Select(tiles.Node)];
            await writer.EntryAsync(new(page[i].Index), hashes, page[i].Entry, page[i].Salt, page[i].Payload);
        }

        return behind;
    }
}

/// <summary>A bundle that can be made.</summary>
/// <param name="Broadcast">Its broadcast.</param>
/// <param name="Note">The checkpoint, as served when it was asked for.</param>
/// <param name="Size">The tree's size.</param>
/// <param name="Anchors">Trees of this size or smaller ones that were anchored.</param>
internal sealed record BundlePlan(string Broadcast, byte[] Note, TreeSize Size, IReadOnlyList<BundleAnchor> Anchors);

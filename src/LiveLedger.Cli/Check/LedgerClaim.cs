using LiveLedger.Cli.Audit;
using LiveLedger.Cli.Demo;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Check;

/// <summary>The log, read by its public addresses as an auditor reads it.</summary>
internal static class LedgerClaim
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Every segment is an entry, once, of the tree whose root is signed.</summary>
    internal static async Task<Claim> EverySegmentIsLoggedOnceAsync(DemoStage stage, IReadOnlyList<AuditedTrack> tracks, CancellationToken cancellation)
    {
        var log = new LogReader(stage.Broadcast.Api.Http, stage.Server.Address);
        var key = await log.KeyAsync(cancellation);
        var expected = tracks
            .SelectMany(track => track.Records.Select(record => ($"segments/{stage.Broadcast.Id}/{track.Name}", (ulong)record.Sequence, EventId(record.Record))))
            .ToHashSet();
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (true)
        {
            var opened = Checkpoint.Open(await log.CheckpointAsync(cancellation), key, out var checkpoint);
            if (opened != CheckpointResult.Valid)
            {
                return Claim.Of("ledger", false, $"ledger: the checkpoint does not verify ({opened})");
            }

            var (root, found, doubled) = await ReadAsync(log, checkpoint!.Head.Size.Value, expected, cancellation);
            var rootHolds = root == checkpoint.Head;
            // The checkpoint follows the events; a short wait is not a fault, a wrong root is.
            if (!rootHolds || doubled > 0 || found == expected.Count || Environment.TickCount64 > end)
            {
                return Claim.Of(
                    "ledger", rootHolds && doubled == 0 && found == expected.Count && found > 0,
                    $"ledger: {checkpoint.Head.Size} events sequenced, the checkpoint verifies and "
                        + (rootHolds ? "is the root of all entries" : "is NOT the root of the entries")
                        + $", {found} of {expected.Count} audited segments are in it{(doubled > 0 ? $", {doubled} twice" : ", each once")}");
            }

            await Task.Delay(500, cancellation);
        }
    }

    /// <summary>An event's id is the first half of the record's hash, so a log entry names one record and no other.</summary>
    private static Guid EventId(Cryptography.Sha256Hash record)
    {
        Span<byte> hash = stackalloc byte[32];
        record.Value.CopyTo(hash);
        return new(hash[..16], bigEndian: true);
    }

    private static async Task<(TreeHead Root, int Found, int Doubled)> ReadAsync(
        LogReader log, ulong size, HashSet<(string Stream, ulong Version, Guid Event)> expected, CancellationToken cancellation)
    {
        var tree = new CompactRange();
        var seen = new HashSet<(string, ulong, Guid)>();
        var doubled = 0;
        await foreach (var bytes in log.EntriesAsync(size, cancellation))
        {
            tree.Append(LeafHash.Of(bytes.Span));
            if (LedgerEntry.TryParse(bytes.Span, out var entry) && expected.Contains((entry.Stream, entry.StreamVersion, entry.EventId))
                && !seen.Add((entry.Stream, entry.StreamVersion, entry.EventId)))
            {
                doubled++;
            }
        }

        return (tree.Head, seen.Count, doubled);
    }
}

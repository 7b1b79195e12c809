using System.Text.Json;
using LiveLedger.Cli.Audit;
using LiveLedger.Cli.Rest;
using LiveLedger.Media;

namespace LiveLedger.Cli.Demo;

/// <summary>The demo at one moment.</summary>
/// <param name="Status">The broadcast.</param>
/// <param name="Ledger">The ledger; null while it does not answer.</param>
/// <param name="Verdict">The newest video segment, audited as an outsider would; null before the first.</param>
internal sealed record Snapshot(StatusView Status, LedgerStatus? Ledger, SegmentVerdict? Verdict)
{
    internal long Segments => Status.Tracks.Sum(static track => track.Segments);

    internal long Bytes => Status.Tracks.Sum(static track => track.Bytes);

    internal bool LedgerHalted => Ledger is { } ledger && ledger.Halted.ValueKind is not (JsonValueKind.False or JsonValueKind.Null or JsonValueKind.Undefined);

    internal static async Task<Snapshot> TakeAsync(DemoStage stage, CancellationToken cancellation)
    {
        var status = await stage.Broadcast.StatusAsync(cancellation);
        LedgerStatus? ledger = null;
        try
        {
            ledger = await stage.Broadcast.Api.GetAsync<LedgerStatus>("/v1/ledger/status", cancellation);
        }
        catch (CommandFailure)
        {
            // The stream does not wait for the database, and neither does its status.
        }

        return new(status, ledger, await AuditNewestAsync(stage, status, cancellation));
    }

    private static async Task<SegmentVerdict?> AuditNewestAsync(DemoStage stage, StatusView status, CancellationToken cancellation)
    {
        if (status.Tracks.FirstOrDefault() is not { LastSequence: { } last } track || !TrackName.TryParse(track.Name, out var name))
        {
            return null;
        }

        var address = SegmentAddress.For(stage.Server.Address, stage.Broadcast.Id, name, last);
        return await SegmentAudit.RunAsync(stage.Broadcast.Api.Http, address, stage.Broadcast.Identity, cancellation);
    }
}

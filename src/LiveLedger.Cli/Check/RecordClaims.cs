using LiveLedger.Cli.Audit;
using LiveLedger.Cli.Demo;
using LiveLedger.Media;
using LiveLedger.Media.Records;

namespace LiveLedger.Cli.Check;

/// <summary>The records, audited by the same code as `audit segment`.</summary>
internal static class RecordClaims
{
    // A check of half a minute has some 20 segments in each track; this bounds a long one's memory.
    private const int MostOfATrack = 60;

    internal static async Task<IReadOnlyList<AuditedTrack>> AuditAsync(DemoStage stage, CancellationToken cancellation)
    {
        var tracks = new List<AuditedTrack>();
        foreach (var status in (await stage.Broadcast.StatusAsync(cancellation)).Tracks)
        {
            if (!TrackName.TryParse(status.Name, out var name) || status.LastSequence is not { } last)
            {
                continue;
            }

            var track = new AuditedTrack(name, status.Class);
            tracks.Add(track);
            var first = last < MostOfATrack ? 0 : last - MostOfATrack + 1;
            for (var sequence = first; sequence <= last; sequence++)
            {
                var address = SegmentAddress.For(stage.Server.Address, stage.Broadcast.Id, name, sequence);
                var files = await SegmentAudit.FetchAsync(stage.Broadcast.Api.Http, address, cancellation);
                track.Add(files, SegmentAudit.Judge(address, stage.Broadcast.Identity, files));
            }
        }

        return tracks;
    }

    internal static Claim AllVerify(IReadOnlyList<AuditedTrack> tracks)
    {
        var count = tracks.Sum(static track => track.Verdicts.Count);
        var bad = tracks.SelectMany(static track => track.Verdicts).Where(static verdict => !verdict.Result.IsOk).ToList();
        var unchained = tracks.Sum(static track => track.Verdicts.Count(static verdict => !verdict.ChainChecked && verdict.Address.Slot.Sequence > 0));
        return Claim.Of(
            "records", tracks.Count >= 3 && count > 0 && bad.Count == 0 && unchained == 0,
            $"records verify up to the pinned identity, each track a chain ({count} segments of {tracks.Count} tracks audited, {bad.Count} failed"
                + $"{(bad is [var first, ..] ? $", the first: {first.Result}" : "")}{(unchained > 0 ? $", {unchained} without the record before" : "")})");
    }

    internal static Claim FlippedByteIsRefused(DemoStage stage, IReadOnlyList<AuditedTrack> tracks)
    {
        if (tracks is not [{ Verdicts: [var good, ..] } track, ..])
        {
            throw new CommandFailure("no segment to flip a byte of");
        }

        var files = track.Segments[0];
        var place = files.Segment.Length / 2;
        var flipped = files.Segment.ToArray();
        flipped[place] ^= 0x01;
        var result = SegmentAudit.Judge(good.Address, stage.Broadcast.Identity, files with { Segment = flipped }).Result;
        return Claim.Of(
            "flipped-byte", good.Result.IsOk && result == new VerificationResult(VerificationFailure.SegmentChunk, place / Media.Chunks.ChunkTree.ChunkSize),
            $"a flipped byte is refused ({result}, byte {place} of {flipped.Length})");
    }
}

using LiveLedger.Cli.Audit;
using LiveLedger.Cryptography;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Cli.Check;

/// <summary>A track with what was served of it, and what the audit said of each segment.</summary>
internal sealed class AuditedTrack(TrackName name, string trackClass)
{
    private readonly List<SegmentFiles> _segments = [];
    private readonly List<SegmentVerdict> _verdicts = [];

    internal TrackName Name { get; } = name;

    internal bool IsVideo { get; } = trackClass != "AUDIO";

    internal IReadOnlyList<SegmentFiles> Segments => _segments;

    internal IReadOnlyList<SegmentVerdict> Verdicts => _verdicts;

    internal KeyId KeyId => _verdicts[0].Record!.Record.KeyId;

    internal IEnumerable<(uint Sequence, Sha256Hash Record)> Records =>
        _verdicts.Where(static verdict => verdict.Record is not null).Select(static verdict => (verdict.Record!.Record.Sequence, verdict.Record.Hash));

    internal void Add(SegmentFiles files, SegmentVerdict verdict)
    {
        _segments.Add(files);
        _verdicts.Add(verdict);
    }
}

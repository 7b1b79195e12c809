using System.Buffers;
using LiveLedger.Broadcasting.Pipeline;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media.Packaging;

namespace LiveLedger.Broadcasting.Ingest;

/// <summary>
/// Joins the fragments of a body into segments for one track. Where the publisher marks segments (<c>styp</c>), it is
/// followed; a long post without marks is cut at the first fragment that begins with a key frame after at least a second.
/// </summary>
internal sealed class SegmentAssembly(TrackPipeline track, Publisher publisher, int maxSegmentBytes)
{
    /// <summary>Shortest segment made of an unmarked post, as a divisor of a second: an encoder's "1 s" is often a frame short.</summary>
    private const double MinSeconds = 0.9;

    private readonly ArrayBufferWriter<byte> _segment = new();
    private double _seconds;
    private bool _marked;
    private bool _fragmentsAreSegments;

    /// <summary>Takes the next unit of the body; completes a segment when this one shows that it is complete.</summary>
    public async Task<Refusal?> AddAsync(IngestUnit unit, CancellationToken cancellation)
    {
        if (unit.IsInit)
        {
            return await FlushAsync(cancellation) ?? await track.PutInitAsync(unit.Bytes.ToArray(), publisher, cancellation);
        }

        _marked |= unit.StartsSegment;
        var peeked = _marked ? null : await track.PeekAsync(unit.Bytes, publisher, cancellation);
        if (_segment.WrittenCount > 0 && (unit.StartsSegment || (!_marked && Begins(peeked))))
        {
            // A fragment as long as a segment, followed by another that begins with a key frame: this publisher sends
            // one fragment a segment, and need not be made to wait for the next one any more.
            _fragmentsAreSegments |= !_marked && _seconds >= MinSeconds;
            if (await FlushAsync(cancellation) is { } refusal)
            {
                return refusal;
            }
        }

        if (unit.Bytes.Length > maxSegmentBytes - _segment.WrittenCount)
        {
            return new(413, "segment-too-large", $"A segment may have at most {maxSegmentBytes} bytes.");
        }

        _segment.Write(unit.Bytes.Span);
        _seconds += Seconds(peeked);
        return _fragmentsAreSegments && _seconds >= MinSeconds ? await FlushAsync(cancellation) : null;
    }

    /// <summary>Hands on what is gathered; the body has ended, or a new segment begins.</summary>
    public async Task<Refusal?> FlushAsync(CancellationToken cancellation)
    {
        if (_segment.WrittenCount == 0)
        {
            return null;
        }

        var refusal = await track.PutSegmentAsync(_segment.WrittenMemory, publisher, cancellation);
        _segment.ResetWrittenCount();
        _seconds = 0;
        return refusal;
    }

    private bool Begins((SourceSegment Segment, uint Timescale)? fragment) =>
        fragment is not { } f || (f.Segment.StartsWithSync && _seconds >= MinSeconds);

    private static double Seconds((SourceSegment Segment, uint Timescale)? fragment) =>
        fragment is { } f ? f.Segment.Duration / (double)f.Timescale : 0;
}

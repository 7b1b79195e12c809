using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Media.Boxes;

namespace LiveLedger.Broadcasting.Ingest;

/// <summary>
/// Cuts a request body into init segments and fragments (<c>moof</c> + <c>mdat</c> with what stands before them), as it
/// arrives: a body may be one segment or an endless post. Holds at most one unit and one box.
/// </summary>
internal sealed class IngestBody(PipeReader body, int maxUnitBytes)
{
    private readonly ArrayBufferWriter<byte> _unit = new(1 << 16);
    private bool _init;
    private bool _startsSegment;
    private bool _fragment;

    /// <summary>The units in order.</summary>
    /// <exception cref="RefusedException">The body is not a sequence of whole, bounded boxes.</exception>
    public async IAsyncEnumerable<IngestUnit> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var scanner = new BoxScanner(maxUnitBytes);
        while (true)
        {
            var result = await body.ReadAsync(cancellation);
            // One piece at a time: the unit before it is done with when the next is appended.
            var piece = result.Buffer.First.Length > BoxScanner.MaxPieceLength ? result.Buffer.First[..BoxScanner.MaxPieceLength] : result.Buffer.First;
            scanner.Append(piece.Span);
            var last = result.IsCompleted && piece.Length == result.Buffer.Length;
            body.AdvanceTo(result.Buffer.GetPosition(piece.Length));
            while (TakeBox(scanner, out var unit))
            {
                if (unit is { } complete)
                {
                    yield return complete;
                    _unit.ResetWrittenCount();
                }
            }

            if (last)
            {
                break;
            }
        }

        if (scanner.HasRest || _init || _fragment)
        {
            throw Malformed("it ends within a box or a segment");
        }
    }

    /// <summary>Takes one box into the unit; the unit, if that completed it. False when more bytes are needed.</summary>
    private bool TakeBox(BoxScanner scanner, out IngestUnit? unit)
    {
        unit = null;
        if (!scanner.TryTake(out var type, out var box, out var fault))
        {
            return fault switch
            {
                null => false,
                { Code: MediaFaultCode.BoxTooLarge } => throw TooLarge(),
                { } broken => throw Malformed(broken.Detail),
            };
        }

        if (box.Length > maxUnitBytes - _unit.WrittenCount)
        {
            throw TooLarge();
        }

        _unit.Write(box);
        switch (type)
        {
            case Type.Ftyp:
                _init = true;
                break;
            case Type.Styp:
                _startsSegment = true;
                break;
            case Type.Moof:
                _fragment = true;
                break;
            case Type.Moov when _init:
                unit = new(true, false, _unit.WrittenMemory);
                _init = false;
                break;
            case Type.Mdat when _fragment:
                unit = new(false, _startsSegment, _unit.WrittenMemory);
                (_startsSegment, _fragment) = (false, false);
                break;
            case Type.Moov or Type.Mdat:
                throw Malformed("a 'moov' or 'mdat' box stands where none may");
            default:
                // sidx, prft, emsg and the like go with the fragment they stand before.
                break;
        }

        return true;
    }

    private RefusedException TooLarge() => new(new(413, "segment-too-large", $"A segment may have at most {maxUnitBytes} bytes."));

    private static RefusedException Malformed(string what) =>
        new(new(400, "body-malformed", $"The body is not fragmented MP4: {what}."));

    /// <summary>Top-level box types that a body is cut by (ISO/IEC 14496-12).</summary>
    private static class Type
    {
        public const uint Ftyp = 0x66747970, Moov = 0x6d6f6f76, Styp = 0x73747970, Moof = 0x6d6f6f66, Mdat = 0x6d646174;
    }
}

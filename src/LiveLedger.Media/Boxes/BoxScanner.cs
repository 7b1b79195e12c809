using System.Buffers;

namespace LiveLedger.Media.Boxes;

/// <summary>
/// Cuts a byte stream of unknown length, arriving in pieces of any size, into its top-level boxes.
/// Holds at most one box and one piece; not thread-safe.
/// </summary>
/// <remarks>
/// Loop: <c>Append(piece)</c>, then <see cref="TryTake"/> until it answers false; a fault is final. At the end of the
/// stream <see cref="HasRest"/> says whether it broke off within a box.
/// </remarks>
/// <param name="maxBoxLength">Longest box taken, at most <see cref="MaxBoxLength"/>.</param>
public sealed class BoxScanner(int maxBoxLength = BoxScanner.MaxBoxLength) : IDisposable
{
    /// <summary>Longest box taken, header and body, in bytes.</summary>
    public const int MaxBoxLength = 1 << 26;

    /// <summary>Longest piece appended at once, in bytes.</summary>
    public const int MaxPieceLength = 1 << 20;

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private MediaFault? _fault;

    /// <summary>Bytes have been appended that no box has yet taken.</summary>
    public bool HasRest => _end > _start;

    /// <summary>Adds what has arrived. Boxes taken before are no longer valid.</summary>
    /// <exception cref="ArgumentException">The piece is longer than <see cref="MaxPieceLength"/>.</exception>
    public void Append(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > MaxPieceLength)
        {
            throw new ArgumentException($"a piece has at most {MaxPieceLength} bytes", nameof(piece));
        }

        var held = _end - _start;
        if (_buffer.Length - _end < piece.Length)
        {
            MakeRoom(held + piece.Length);
        }

        piece.CopyTo(_buffer.AsSpan(_end));
        _end += piece.Length;
    }

    /// <summary>The next whole box, valid until <see cref="Append"/>. False without a fault: more bytes are needed.</summary>
    /// <param name="type">The box type as a big-endian number, e.g. 0x6d6f6f66 for moof.</param>
    /// <param name="box">Header and body.</param>
    /// <param name="fault">Why the stream cannot be read on.</param>
    public bool TryTake(out uint type, out ReadOnlySpan<byte> box, out MediaFault? fault)
    {
        type = 0;
        box = default;
        fault = _fault;
        var held = _buffer.AsSpan(_start, _end - _start);
        if (fault is not null || !BoxHeader.TryRead(held, out var header, out fault))
        {
            _fault = fault;
            return false;
        }

        // Refused by what the header says, before a byte of the body is kept.
        if (header.Size > (ulong)maxBoxLength)
        {
            fault = _fault = new(
                MediaFaultCode.BoxTooLarge,
                $"box {BoxType.Name(header.Type)} says it has {header.Size} bytes, {maxBoxLength} is the most");
            return false;
        }

        if (header.Size > (ulong)held.Length)
        {
            return false;
        }

        type = header.Type;
        box = held[..(int)header.Size];
        _start += (int)header.Size;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Return(_buffer);
        _buffer = [];
        _start = _end = 0;
    }

    private void MakeRoom(int needed)
    {
        var held = _buffer.AsSpan(_start, _end - _start);
        if (needed <= _buffer.Length)
        {
            held.CopyTo(_buffer);
        }
        else
        {
            // Doubling keeps the copying linear; the size a header claims is never allocated ahead of its bytes.
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Min(2 * _buffer.Length, MaxBoxLength + MaxPieceLength)));
            held.CopyTo(larger);
            Return(_buffer);
            _buffer = larger;
        }

        _end -= _start;
        _start = 0;
    }

    private static void Return(byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

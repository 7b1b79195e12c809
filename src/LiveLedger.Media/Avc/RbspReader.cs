using System.Numerics;

namespace LiveLedger.Media.Avc;

/// <summary>
/// Reads bits of a NAL unit, stepping over emulation prevention bytes (ITU-T H.264 §7.3.1), without copying.
/// Past the end it answers zeros and <see cref="Failed"/> stays set.
/// </summary>
internal ref struct RbspReader(ReadOnlySpan<byte> nal)
{
    private readonly ReadOnlySpan<byte> _nal = nal;
    private int _next;
    private int _zeros;
    private uint _current;
    private int _bitsLeft;

    /// <summary>The data ended too early, or an Exp-Golomb code was too long.</summary>
    public bool Failed { get; private set; }

    /// <summary>
    /// NAL bytes that hold what was read, a byte begun counting whole. An emulation prevention byte counts once a bit
    /// beyond it has been read.
    /// </summary>
    public readonly int BytesUsed => _next;

    /// <summary>u(n), n ≤ 32.</summary>
    public uint U(int bits)
    {
        ulong value = 0;
        while (bits > 0)
        {
            if (_bitsLeft == 0 && !Load())
            {
                return 0;
            }

            var take = Math.Min(bits, _bitsLeft);
            _bitsLeft -= take;
            value = (value << take) | ((_current >> _bitsLeft) & ((1u << take) - 1));
            bits -= take;
        }

        return (uint)value;
    }

    /// <summary>u(1).</summary>
    public bool Flag()
    {
        if (_bitsLeft == 0 && !Load())
        {
            return false;
        }

        return ((_current >> --_bitsLeft) & 1) != 0;
    }

    /// <summary>ue(v), §9.1.</summary>
    public uint Ue()
    {
        var zeros = 0;
        while (true)
        {
            if (_bitsLeft == 0 && !Load())
            {
                return 0;
            }

            var run = BitOperations.LeadingZeroCount(_current << (32 - _bitsLeft));
            if (run < _bitsLeft)
            {
                zeros += run;
                _bitsLeft -= run + 1;
                break;
            }

            zeros += _bitsLeft;
            _bitsLeft = 0;
            if (zeros > 32)
            {
                break;
            }
        }

        if (zeros > 31)
        {
            // 2^32 − 1 is the largest value §7.4 lets any ue(v) take, and it has 31 leading zeros at most here.
            Failed = true;
            return 0;
        }

        return (uint)((1UL << zeros) - 1 + U(zeros));
    }

    /// <summary>se(v), §9.1.1.</summary>
    public int Se()
    {
        var code = Ue();
        var magnitude = (int)((code >> 1) + (code & 1));
        return (code & 1) != 0 ? magnitude : -magnitude;
    }

    private bool Load()
    {
        // §7.3.1: 00 00 03 stands for 00 00; the 03 is no payload.
        if (_zeros >= 2 && _next < _nal.Length && _nal[_next] == 3)
        {
            _next++;
            _zeros = 0;
        }

        if (Failed || _next >= _nal.Length)
        {
            Failed = true;
            return false;
        }

        _current = _nal[_next++];
        _zeros = _current == 0 ? _zeros + 1 : 0;
        _bitsLeft = 8;
        return true;
    }
}

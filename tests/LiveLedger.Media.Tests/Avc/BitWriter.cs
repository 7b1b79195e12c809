namespace LiveLedger.Media.Tests.Avc;

/// <summary>Writes the bits of an RBSP (ITU-T H.264 §7.2, §9.1), the other way round from the reader under test.</summary>
internal sealed class BitWriter
{
    private readonly List<bool> _bits = [];

    public int ByteCount => (_bits.Count + 7) / 8;

    public BitWriter U(int bits, uint value)
    {
        for (var i = bits - 1; i >= 0; i--)
        {
            _bits.Add(((value >> i) & 1) != 0);
        }

        return this;
    }

    public BitWriter Flag(bool value) => U(1, value ? 1u : 0);

    public BitWriter Ue(uint value)
    {
        var code = (ulong)value + 1;
        var length = 64 - System.Numerics.BitOperations.LeadingZeroCount(code);
        for (var i = 1; i < length; i++)
        {
            _bits.Add(false);
        }

        for (var i = length - 1; i >= 0; i--)
        {
            _bits.Add(((code >> i) & 1) != 0);
        }

        return this;
    }

    public BitWriter Se(int value) => Ue(value > 0 ? (uint)(2 * value - 1) : (uint)(-2 * value));

    public BitWriter Align(bool with)
    {
        while (_bits.Count % 8 != 0)
        {
            _bits.Add(with);
        }

        return this;
    }

    /// <summary>The bytes with emulation prevention (§7.3.1), and how many of them hold the first <paramref name="mark"/> of the RBSP.</summary>
    public byte[] ToNal(int mark, out int length)
    {
        var copy = new BitWriter();
        copy._bits.AddRange(_bits);
        copy.Align(false);
        var nal = new List<byte>();
        var zeros = 0;
        length = 0;
        for (var i = 0; i < copy._bits.Count; i += 8)
        {
            byte value = 0;
            for (var j = 0; j < 8; j++)
            {
                value = (byte)((value << 1) | (copy._bits[i + j] ? 1 : 0));
            }

            if (zeros >= 2 && value <= 3)
            {
                nal.Add(3);
                zeros = 0;
            }

            nal.Add(value);
            zeros = value == 0 ? zeros + 1 : 0;
            if (i / 8 == mark - 1)
            {
                length = nal.Count;
            }
        }

        return [.. nal];
    }

    public byte[] ToNal() => ToNal(0, out _);
}

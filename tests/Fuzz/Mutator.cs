using System.Buffers.Binary;

namespace LiveLedger.Fuzz;

/// <summary>Makes inputs of a target's seeds: the same for the same number, so that a failure can be run again alone.</summary>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds)
{
    /// <summary>Longest input: four times the longest seed, and at least 4 KiB.</summary>
    private readonly byte[] _buffer = new byte[Math.Max(4096, seeds.Max(static s => s.Length) * 4)];

    private int _length;

    /// <summary>The input with this number; valid until the next call.</summary>
    public ReadOnlySpan<byte> Make(long number)
    {
        var random = new Random(unchecked((int)(number ^ number >> 32) * 0x2545F491));
        var seed = seeds[random.Next(seeds.Count)];
        seed.CopyTo(_buffer, 0);
        _length = seed.Length;
        for (var i = random.Next(1, 9); i > 0; i--)
        {
            Mutate(random);
        }

        return _buffer.AsSpan(0, _length);
    }

    private void Mutate(Random random)
    {
        var at = random.Next(_length + 1);
        var rest = _length - at;
        switch (random.Next(9))
        {
            case 0 when rest > 0:
                _buffer[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when rest > 0:
                _buffer[at] = (byte)random.Next(256);
                break;
            case 2 when rest > 0:
                // The edges of lengths and counts are where readers go wrong.
                ReadOnlySpan<byte> edges = [0x00, 0x01, 0x17, 0x18, 0x1b, 0x1f, 0x7f, 0x80, 0xff];
                _buffer[at] = edges[random.Next(edges.Length)];
                break;
            case 3 when rest >= 4:
                ReadOnlySpan<uint> numbers = [0, 1, 7, 8, 16, 0x7fff_ffff, 0x8000_0000, uint.MaxValue, (uint)_length, (uint)rest];
                BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(at), unchecked(numbers[random.Next(numbers.Length)] + (uint)random.Next(-1, 2)));
                break;
            case 4 when rest >= 8:
                ReadOnlySpan<ulong> longs = [0, 1, 1UL << 31, 1UL << 32, 1UL << 53, 1UL << 63, ulong.MaxValue, (ulong)_length];
                BinaryPrimitives.WriteUInt64BigEndian(_buffer.AsSpan(at), unchecked(longs[random.Next(longs.Length)] + (ulong)random.Next(-1, 2)));
                break;
            case 5:
                Insert(at, Math.Min(random.Next(1, 33), _buffer.Length - _length), random);
                break;
            case 6 when rest > 0:
                var cut = random.Next(1, Math.Min(rest, 64) + 1);
                _buffer.AsSpan(at + cut, rest - cut).CopyTo(_buffer.AsSpan(at));
                _length -= cut;
                break;
            case 7:
                _length = at;
                break;
            case 8:
                // The middle of another seed over this one: nested structures out of their place.
                var other = seeds[random.Next(seeds.Count)];
                var from = random.Next(other.Length + 1);
                var count = Math.Min(Math.Min(random.Next(1, 257), other.Length - from), _buffer.Length - at);
                other.AsSpan(from, count).CopyTo(_buffer.AsSpan(at));
                _length = Math.Max(_length, at + count);
                break;
        }
    }

    private void Insert(int at, int count, Random random)
    {
        _buffer.AsSpan(at, _length - at).CopyTo(_buffer.AsSpan(at + count));
        random.NextBytes(_buffer.AsSpan(at, count));
        _length += count;
    }
}

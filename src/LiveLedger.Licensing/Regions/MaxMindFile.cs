using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LiveLedger.Licensing.Regions;

/// <summary>
/// A file in MaxMind's DB format 2.0 (maxmind.github.io/MaxMind-DB): a binary tree over the bits of addresses, whose leaves point into a section of data.
/// Of the data only <c>country.iso_code</c> is read, or <c>country_code</c>, as others than MaxMind name it. Every offset is checked: a file that lies is refused or answers nothing.
/// </summary>
internal sealed class MaxMindFile
{
    private const int MaxDepth = 32;
    private const int Gap = 16;

    private static readonly byte[] s_marker = [0xab, 0xcd, 0xef, .. "MaxMind.com"u8];

    private readonly byte[] _file;
    private readonly int _nodes;
    private readonly int _recordBits;
    private readonly int _dataStart;
    private readonly int _dataEnd;
    private readonly bool _v6;

    private MaxMindFile(byte[] file, int nodes, int recordBits, bool v6, int dataEnd) =>
        (_file, _nodes, _recordBits, _v6, _dataStart, _dataEnd) = (file, nodes, recordBits, v6, checked(nodes * recordBits / 4 + Gap), dataEnd);

    /// <summary>True if a file is of this format.</summary>
    public static bool Is(ReadOnlySpan<byte> file) => file[Math.Max(0, file.Length - 128 * 1024)..].LastIndexOf(s_marker) >= 0;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">It is not of this format, or damaged.</exception>
    public static MaxMindFile Open(byte[] file)
    {
        var marker = file.AsSpan().LastIndexOf(s_marker);
        if (marker < 0)
        {
            throw new InvalidDataException("no MaxMind DB: its metadata is missing");
        }

        var start = marker + s_marker.Length;
        var metadata = new Section(file, start, file.Length);
        var (nodes, bits, version) = (metadata.Number(start, "node_count"), metadata.Number(start, "record_size"), metadata.Number(start, "ip_version"));
        if (nodes is not (>= 1 and <= int.MaxValue / 8) || bits is not (24 or 28 or 32) || version is not (4 or 6) || nodes * bits / 4 + Gap > marker)
        {
            throw new InvalidDataException("no MaxMind DB that we read: its metadata does not fit the file");
        }

        return new(file, (int)nodes, (int)bits, version == 6, marker);
    }

    /// <summary>The country of an address, two capitals; null if the file does not say.</summary>
    public string? Find(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var isV4 = address.AddressFamily == AddressFamily.InterNetwork;
        if (!isV4 && !_v6)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        var node = 0L;
        // In a tree of IPv6, IPv4 stands below 96 zeros.
        for (var bit = isV4 && _v6 ? -96 : 0; bit < length * 8 && node < _nodes; bit++)
        {
            node = Record((int)node, bit >= 0 && (bytes[bit / 8] & (0x80 >> (bit % 8))) != 0);
        }

        // Equal to the number of nodes: nothing is said. Above: an offset into the data.
        if (node <= _nodes)
        {
            return null;
        }

        var data = new Section(_file, _dataStart, _dataEnd);
        var at = _dataStart + node - _nodes - Gap;
        try
        {
            var code = data.Member(at, "country") is { } country ? data.Member(country, "iso_code") : data.Member(at, "country_code");
            return code is { } text ? data.Text(text) : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private long Record(int node, bool right)
    {
        var at = _file.AsSpan(node * _recordBits / 4);
        return (_recordBits, right) switch
        {
            (24, false) => at[0] << 16 | at[1] << 8 | at[2],
            (24, true) => at[3] << 16 | at[4] << 8 | at[5],
            // The middle byte has the highest four bits of both.
            (28, false) => (at[3] & 0xf0) << 20 | at[0] << 16 | at[1] << 8 | at[2],
            (28, true) => (at[3] & 0x0f) << 24 | at[4] << 16 | at[5] << 8 | at[6],
            (_, false) => BinaryPrimitives.ReadUInt32BigEndian(at),
            _ => BinaryPrimitives.ReadUInt32BigEndian(at[4..]),
        };
    }

    /// <summary>A section of encoded values: type, size, and bytes; pointers are offsets into it.</summary>
    private readonly ref struct Section(ReadOnlySpan<byte> file, int start, int end)
    {
        private const int Pointer = 1, String = 2, Map = 7, Array = 11, Bool = 14;

        private readonly ReadOnlySpan<byte> _bytes = file[start..end];

        /// <summary>Where the value of a map's member stands; null if the map has none.</summary>
        public long? Member(long map, string name)
        {
            var (type, size, at) = Head(map);
            if (type != Map)
            {
                return null;
            }

            for (var n = 0; n < size; n++)
            {
                var key = Text(at);
                at = Skip(at, 0);
                if (key == name)
                {
                    return at;
                }

                at = Skip(at, 0);
            }

            return null;
        }

        public long? Number(long map, string name)
        {
            if (Member(map, name) is not { } at || Head(at) is not (5 or 6 or 9, <= 8, _) number)
            {
                return null;
            }

            var value = 0L;
            foreach (var b in Bytes(number.At, number.Size))
            {
                value = unchecked(value << 8 | b);
            }

            return value;
        }

        public string? Text(long at) => Head(at) is (String, var size, var from) ? Encoding.UTF8.GetString(Bytes(from, size)) : null;

        // Follows pointers: what stands there, how long, and from where.
        private (int Type, int Size, long At) Head(long at)
        {
            for (var hops = 0; hops < MaxDepth; hops++)
            {
                var head = Raw(at);
                if (head.Type != Pointer)
                {
                    return head;
                }

                at = start + head.Target;
            }

            throw Damaged();
        }

        private long Skip(long at, int depth)
        {
            var (type, size, from) = Raw(at) is { Type: Pointer } pointer ? (Pointer, 0, pointer.At) : Head(at);
            if (depth > MaxDepth)
            {
                throw Damaged();
            }

            if (type is not (Map or Array))
            {
                return type is Pointer or Bool ? from : from + size;
            }

            for (var n = 0L; n < (type == Map ? 2L * size : size); n++)
            {
                from = Skip(from, depth + 1);
            }

            return from;
        }

        private Value Raw(long at)
        {
            var control = Bytes(at++, 1)[0];
            var type = control >> 5;
            if (type == Pointer)
            {
                var length = ((control >> 3) & 3) + 1;
                var bytes = Bytes(at, length);
                var target = length == 4 ? 0L : control & 7;
                foreach (var b in bytes)
                {
                    target = target << 8 | b;
                }

                return new(Pointer, 0, at + length, target + length switch { 2 => 2048, 3 => 526_336, _ => 0 });
            }

            if (type == 0)
            {
                type = 7 + Bytes(at++, 1)[0];
            }

            var size = control & 0x1f;
            switch (size)
            {
                case 29:
                    size = 29 + Bytes(at, 1)[0];
                    at += 1;
                    break;
                case 30:
                    size = 285 + BinaryPrimitives.ReadUInt16BigEndian(Bytes(at, 2));
                    at += 2;
                    break;
                case 31:
                    var three = Bytes(at, 3);
                    size = 65_821 + (three[0] << 16 | three[1] << 8 | three[2]);
                    at += 3;
                    break;
            }

            return new(type, size, at, 0);
        }

        private ReadOnlySpan<byte> Bytes(long at, int count) => at >= start && at - start + count <= _bytes.Length ? _bytes.Slice((int)(at - start), count) : throw Damaged();

        private static InvalidDataException Damaged() => new("the MaxMind DB is damaged");

        private readonly record struct Value(int Type, int Size, long At, long Target)
        {
            public static implicit operator (int Type, int Size, long At)(Value value) => (value.Type, value.Size, value.At);
        }
    }
}

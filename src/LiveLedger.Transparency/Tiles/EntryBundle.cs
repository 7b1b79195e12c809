using System.Buffers.Binary;
using LiveLedger.Transparency.Entries;

namespace LiveLedger.Transparency.Tiles;

/// <summary>The bytes of an entry bundle: 1 to 256 entries, each after its length in 16 bits, big-endian.</summary>
public static class EntryBundle
{
    private const int LengthPrefix = sizeof(ushort);

    /// <summary>Writes entries one after another.</summary>
    public static byte[] Format(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        ArgumentOutOfRangeException.ThrowIfZero(entries.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entries.Count, TilePath.FullWidth);
        var bundle = new byte[entries.Sum(e => LengthPrefix + e.Length)];
        var rest = bundle.AsSpan();
        foreach (var entry in entries)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(entry.Length, LedgerEntry.MaxLength);
            BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)entry.Length);
            entry.Span.CopyTo(rest[LengthPrefix..]);
            rest = rest[(LengthPrefix + entry.Length)..];
        }

        return bundle;
    }

    /// <summary>Takes a bundle from outside; false if it does not hold just <paramref name="width"/> entries. The entries are slices of it.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bundle, int width, out IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        entries = [];
        var read = new List<ReadOnlyMemory<byte>>();
        while (!bundle.IsEmpty)
        {
            if (read.Count == width || bundle.Length < LengthPrefix)
            {
                return false;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(bundle.Span);
            if (bundle.Length - LengthPrefix < length)
            {
                return false;
            }

            read.Add(bundle.Slice(LengthPrefix, length));
            bundle = bundle[(LengthPrefix + length)..];
        }

        if (read.Count != width || width is < 1 or > TilePath.FullWidth)
        {
            return false;
        }

        entries = read;
        return true;
    }
}

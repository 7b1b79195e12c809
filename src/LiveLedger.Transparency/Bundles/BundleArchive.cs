using System.Buffers.Binary;
using System.Text;

namespace LiveLedger.Transparency.Bundles;

/// <summary>
/// The bytes of a bundle's archive around the packed files. Any ZIP program reads it, and it is one archive only: every byte outside the
/// packed data follows from three numbers a file, so there is no second reading of it, nothing between the files and nothing behind them.
/// </summary>
public static class BundleArchive
{
    private const int DescriptorLength = 16;
    private const int EndLength = 22;

    // APPNOTE.TXT 4.4: deflated (8), sizes behind the data (flag bit 3), readers of version 2.0, 1980-01-01 00:00, so that the same log gives the same bytes.
    private const ushort Version = 20;
    private const ushort SizesFollow = 1 << 3;
    private const ushort Deflated = 8;
    private const ushort Midnight = 0;
    private const ushort FirstDay = 1 << 5 | 1;

    /// <summary>Length in bytes of what stands behind the last one of so many files: it is another for each number of them.</summary>
    public static int DirectoryLengthOf(int files) => BundleFiles.WithAnchors.Take(files).Sum(static n => 46 + n.Length) + EndLength;

    /// <summary>What stands before a file's packed data (APPNOTE.TXT 4.3.7).</summary>
    public static byte[] HeaderOf(string name)
    {
        var header = new byte[30 + name.Length];
        Put(header, 0x04034b50, Version, SizesFollow, Deflated, Midnight, FirstDay);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(26), (ushort)name.Length);
        Encoding.ASCII.GetBytes(name, header.AsSpan(30));
        return header;
    }

    /// <summary>What stands behind it (APPNOTE.TXT 4.3.9).</summary>
    public static byte[] DescriptorOf(PackedFile file)
    {
        var descriptor = new byte[DescriptorLength];
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor, 0x08074b50);
        PutSizes(descriptor.AsSpan(4), file);
        return descriptor;
    }

    /// <summary>What stands behind the last file (APPNOTE.TXT 4.3.12, 4.3.16).</summary>
    /// <param name="files">All files, in the order of <see cref="BundleFiles.InOrder"/> or <see cref="BundleFiles.WithAnchors"/>.</param>
    /// <exception cref="OverflowException">The archive would be 4 GiB or longer.</exception>
    public static byte[] DirectoryOf(IReadOnlyList<PackedFile> files)
    {
        var directory = new byte[DirectoryLengthOf(files.Count)];
        var rest = directory.AsSpan();
        for (var i = 0; i < files.Count; i++)
        {
            var name = BundleFiles.WithAnchors[i];
            Put(rest, 0x02014b50, Version, Version, SizesFollow, Deflated, Midnight, FirstDay);
            PutSizes(rest[16..], files[i]);
            BinaryPrimitives.WriteUInt16LittleEndian(rest[28..], (ushort)name.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[42..], checked((uint)OffsetOf(i, files)));
            Encoding.ASCII.GetBytes(name, rest[46..]);
            rest = rest[(46 + name.Length)..];
        }

        Put(rest, 0x06054b50, 0, 0, (ushort)files.Count, (ushort)files.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[12..], (uint)(directory.Length - EndLength));
        BinaryPrimitives.WriteUInt32LittleEndian(rest[16..], checked((uint)OffsetOf(files.Count, files)));
        return directory;
    }

    /// <summary>Takes the end of an archive from outside. False unless it is, byte for byte, what such files of an archive of this length have.</summary>
    /// <param name="directory">As many of the last bytes as <see cref="DirectoryLengthOf"/> says of the files of a bundle with anchors, or without.</param>
    /// <param name="length">The archive's length.</param>
    /// <param name="files">Its files, in order.</param>
    public static bool TryReadDirectory(ReadOnlySpan<byte> directory, long length, out IReadOnlyList<PackedFile> files)
    {
        files = [];
        var names = directory.Length == DirectoryLengthOf(BundleFiles.WithAnchors.Count) ? BundleFiles.WithAnchors : BundleFiles.InOrder;
        if (directory.Length != DirectoryLengthOf(names.Count) || length > uint.MaxValue)
        {
            return false;
        }

        var read = new List<PackedFile>();
        var rest = directory;
        foreach (var name in names)
        {
            read.Add(new(
                BinaryPrimitives.ReadUInt32LittleEndian(rest[16..]), BinaryPrimitives.ReadUInt32LittleEndian(rest[20..]), BinaryPrimitives.ReadUInt32LittleEndian(rest[24..])));
            rest = rest[(46 + name.Length)..];
        }

        // Names out of order, twice or with a path, comments, extra fields, gaps and overlaps all fall to this: what was read must be what we would write.
        if (OffsetOf(read.Count, read) + directory.Length != length || !directory.SequenceEqual(DirectoryOf(read))
            || read.Where((f, i) => f.Length > BundleFiles.MaxLength(names[i])).Any())
        {
            return false;
        }

        files = read;
        return true;
    }

    /// <summary>Where a file's header begins; or the directory, behind the last file.</summary>
    public static long OffsetOf(int place, IReadOnlyList<PackedFile> files)
    {
        var offset = 0L;
        for (var i = 0; i < place; i++)
        {
            offset += 30 + BundleFiles.WithAnchors[i].Length + files[i].Packed + DescriptorLength;
        }

        return offset;
    }

    private static void PutSizes(Span<byte> at, PackedFile file)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(at, file.Crc);
        BinaryPrimitives.WriteUInt32LittleEndian(at[4..], file.Packed);
        BinaryPrimitives.WriteUInt32LittleEndian(at[8..], file.Length);
    }

    private static void Put(Span<byte> at, uint signature, params ReadOnlySpan<ushort> numbers)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(at, signature);
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(at[(4 + 2 * i)..], numbers[i]);
        }
    }
}

/// <summary>What the archive says of a file's data.</summary>
/// <param name="Crc">CRC-32 of the file.</param>
/// <param name="Packed">Bytes in the archive.</param>
/// <param name="Length">Bytes of the file.</param>
public readonly record struct PackedFile(uint Crc, uint Packed, uint Length);

using System.IO.Compression;
using LiveLedger.Transparency.Bundles;

namespace LiveLedger.Cli.Bundles;

/// <summary>Reads the files of a bundle's archive. Only the one archive that such files have is taken, so there is nothing in it that is not read.</summary>
internal sealed class BundleReader
{
    // Two of the longest records: one that is whole, and what came of the next.
    private const int BufferLength = 2 * BundleEntries.MaxRecord;

    private readonly Stream _archive;
    private readonly IReadOnlyList<PackedFile> _files;

    private BundleReader(Stream archive, IReadOnlyList<PackedFile> files) => (_archive, _files) = (archive, files);

    /// <summary>True if it has a file of anchors.</summary>
    internal bool IsAnchored => _files.Count == BundleFiles.WithAnchors.Count;

    /// <summary>Looks at every byte that is not packed data.</summary>
    /// <param name="archive">The archive; it can be read at any place.</param>
    /// <returns>Null if it is no bundle's archive.</returns>
    internal static BundleReader? TryOpen(Stream archive)
    {
        // A directory says in its last bytes how many files it has, so an archive is one of the two at most.
        if (!TryReadDirectory(archive, BundleFiles.InOrder, out var files) && !TryReadDirectory(archive, BundleFiles.WithAnchors, out files))
        {
            return null;
        }

        for (var i = 0; i < files.Count; i++)
        {
            var (header, descriptor) = (BundleArchive.HeaderOf(BundleFiles.WithAnchors[i]), BundleArchive.DescriptorOf(files[i]));
            var at = BundleArchive.OffsetOf(i, files);
            if (!Bytes(archive, at, header.Length).AsSpan().SequenceEqual(header)
                || !Bytes(archive, at + header.Length + files[i].Packed, descriptor.Length).AsSpan().SequenceEqual(descriptor))
            {
                return null;
            }
        }

        return new(archive, files);
    }

    /// <summary>A small file, whole.</summary>
    /// <exception cref="InvalidDataException">It is not what the archive says.</exception>
    internal byte[] Read(string name)
    {
        var bytes = new byte[FileOf(name).File.Length];
        var read = 0;
        Unpack(name, buffer =>
        {
            buffer.CopyTo(bytes.AsSpan(read));
            read += buffer.Length;
            return buffer.Length;
        });
        return bytes;
    }

    /// <summary>A file piece by piece.</summary>
    /// <param name="name">Which.</param>
    /// <param name="take">Is shown bytes, at least <see cref="BundleEntries.MaxRecord"/> of them or all that are left, and says how many it has taken; with 0 it has seen enough.</param>
    /// <param name="progress">Is told how much of how much is done.</param>
    /// <returns>How many bytes were not taken.</returns>
    /// <exception cref="InvalidDataException">The file is not what the archive says.</exception>
    internal int Unpack(string name, BundleBytes take, Action<ulong, ulong>? progress = null)
    {
        var (file, at) = FileOf(name);
        using var packed = new ArchiveSlice(_archive, at, file.Packed);
        using var plain = new DeflateStream(packed, CompressionMode.Decompress);
        var buffer = new byte[Math.Min(BufferLength, file.Length)];
        var (crc, done, held) = (0U, 0U, 0);
        while (done < file.Length)
        {
            var read = plain.Read(buffer, held, (int)Math.Min(buffer.Length - held, file.Length - done));
            if (read == 0)
            {
                throw new InvalidDataException($"{name} unpacks to {done} bytes, and the archive says {file.Length}");
            }

            crc = Crc32.Append(crc, buffer.AsSpan(held, read));
            (done, held) = (done + (uint)read, held + read);
            if (held < BundleEntries.MaxRecord && done < file.Length)
            {
                continue;
            }

            var taken = take(buffer.AsSpan(0, held));
            buffer.AsSpan(taken, held - taken).CopyTo(buffer);
            held -= taken;
            progress?.Invoke(done, file.Length);
            if (taken == 0)
            {
                return held;
            }
        }

        return plain.ReadByte() < 0 && packed.Position == packed.Length && crc == file.Crc
            ? held
            : throw new InvalidDataException($"{name} is not what the archive says: more bytes, or another checksum");
    }

    private (PackedFile File, long At) FileOf(string name)
    {
        var place = BundleFiles.WithAnchors.Index().First(f => f.Item == name).Index;
        return (_files[place], BundleArchive.OffsetOf(place, _files) + BundleArchive.HeaderOf(name).Length);
    }

    private static bool TryReadDirectory(Stream archive, IReadOnlyList<string> names, out IReadOnlyList<PackedFile> files)
    {
        files = [];
        var length = BundleArchive.DirectoryLengthOf(names.Count);
        return archive.Length >= length && BundleArchive.TryReadDirectory(Bytes(archive, archive.Length - length, length), archive.Length, out files);
    }

    private static byte[] Bytes(Stream archive, long at, int length)
    {
        var bytes = new byte[length];
        archive.Position = at;
        archive.ReadExactly(bytes);
        return bytes;
    }
}

/// <summary>Takes some of these bytes, from the first on, and says how many.</summary>
internal delegate int BundleBytes(ReadOnlySpan<byte> bytes);

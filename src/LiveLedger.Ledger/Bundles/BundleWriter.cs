using System.Buffers;
using System.IO.Compression;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Bundles;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Bundles;

/// <summary>
/// Writes an offline bundle from beginning to end, however long it is, with a few buffers. An archive that was not finished has no directory
/// and is none: what breaks off half-way cannot be taken for a bundle.
/// </summary>
/// <param name="output">Where to. It is only written to, and only asynchronously.</param>
/// <param name="cancel">Ends the writing.</param>
public sealed class BundleWriter(Stream output, CancellationToken cancel = default) : IDisposable
{
    private const int FlushAt = 128 * 1024;

    private readonly List<PackedFile> _files = [];
    private readonly ArrayBufferWriter<byte> _plain = new(2 * FlushAt);
    private readonly MemoryStream _packed = new();
    private IReadOnlyList<BundleAnchor> _anchors = [];
    private DeflateStream? _deflate;
    private uint _crc;
    private uint _length;
    private uint _packedLength;

    /// <summary>Writes all that stands before the streams' heads.</summary>
    /// <param name="note">The checkpoint, as served.</param>
    /// <param name="key">The log's key.</param>
    /// <param name="policy">As <see cref="Transparency.Policies.TrustPolicy.ToText"/> gives it.</param>
    /// <param name="broadcast">The broadcast's id.</param>
    /// <param name="anchors">Anchored trees, as for <see cref="BundleAnchors.Write"/>; none for a bundle without that file.</param>
    public async Task BeginAsync(ReadOnlyMemory<byte> note, VerifierKey key, string policy, string broadcast, params IReadOnlyList<BundleAnchor> anchors)
    {
        _anchors = anchors;
        await WholeFileAsync(Encoding.UTF8.GetBytes(anchors.Count > 0 ? BundleReadme.TextWithAnchors : BundleReadme.Text));
        await WholeFileAsync(note);
        await WholeFileAsync(Encoding.UTF8.GetBytes($"{key}\n"));
        await WholeFileAsync(Encoding.UTF8.GetBytes(policy));
        await BeginFileAsync();
        _plain.Write(Encoding.ASCII.GetBytes(BundleContents.Head(broadcast)));
    }

    /// <summary>Writes the head of a stream; all of them in the order of their names' bytes.</summary>
    public ValueTask StreamAsync(BundleStream stream)
    {
        _plain.Write(Encoding.ASCII.GetBytes(BundleContents.Line(stream)));
        return FlushAsync(FlushAt);
    }

    /// <summary>Writes what stands between the heads and the entries.</summary>
    public async Task EndStreamsAsync()
    {
        await EndFileAsync();
        await BeginFileAsync();
    }

    /// <summary>Writes an entry; all of them in the order of the log. Parameters as for <see cref="BundleEntries.Write"/>.</summary>
    public ValueTask EntryAsync(LedgerIndex index, ReadOnlySpan<Bytes32> between, ReadOnlySpan<byte> entry, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> payload)
    {
        BundleEntries.Write(_plain, index, between, entry, salt, payload);
        return FlushAsync(FlushAt);
    }

    /// <summary>Writes all that stands behind the entries.</summary>
    public async Task EndAsync(TreeSize size, IReadOnlyList<Bytes32> between)
    {
        BundleEntries.WriteEnd(_plain, size, [.. between]);
        await EndFileAsync();
        if (_anchors.Count > 0)
        {
            await WholeFileAsync(BundleAnchors.Write(_anchors));
        }

        await output.WriteAsync(BundleArchive.DirectoryOf(_files), cancel);
        await output.FlushAsync(cancel);
    }

    /// <summary>Lets go of the buffers.</summary>
    public void Dispose() => _deflate?.Dispose();

    private async Task WholeFileAsync(ReadOnlyMemory<byte> bytes)
    {
        await BeginFileAsync();
        _plain.Write(bytes.Span);
        await EndFileAsync();
    }

    private async Task BeginFileAsync()
    {
        await output.WriteAsync(BundleArchive.HeaderOf(BundleFiles.WithAnchors[_files.Count]), cancel);

        // A third of the optimal level's time for a tenth more bytes; and always the same level, so that the same log gives the same bytes.
        _deflate = new(_packed, CompressionLevel.Fastest, leaveOpen: true);
        (_crc, _length, _packedLength) = (0, 0, 0);
    }

    private async Task EndFileAsync()
    {
        await FlushAsync(1);
        _deflate!.Dispose();
        await SendAsync();
        var file = new PackedFile(_crc, _packedLength, _length);
        await output.WriteAsync(BundleArchive.DescriptorOf(file), cancel);
        _files.Add(file);
    }

    // A file of 4 GiB would need another form of archive: the sums are checked, and its writing ends in an OverflowException.
    private ValueTask FlushAsync(int least)
    {
        if (_plain.WrittenCount < least)
        {
            return ValueTask.CompletedTask;
        }

        _crc = Crc32.Append(_crc, _plain.WrittenSpan);
        _length += (uint)_plain.WrittenCount;
        _deflate!.Write(_plain.WrittenSpan);
        _plain.ResetWrittenCount();
        return new(SendAsync());
    }

    private async Task SendAsync()
    {
        _packedLength += (uint)_packed.Length;
        await output.WriteAsync(_packed.GetBuffer().AsMemory(0, (int)_packed.Length), cancel);
        _packed.SetLength(0);
    }
}

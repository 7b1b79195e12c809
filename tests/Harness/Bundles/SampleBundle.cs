using System.IO.Compression;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Ledger.Bundles;
using LiveLedger.Transparency.Bundles;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Harness.Bundles;

/// <summary>A log of made-up events, the same in every run, and the bundle of one broadcast of it.</summary>
public sealed class SampleBundle
{
    /// <summary>The broadcast of the bundle.</summary>
    public const string Broadcast = "01990000-0000-7000-8000-000000000001";

    /// <summary>The log's name.</summary>
    public const string Origin = "ledger.example/main";

    private static readonly string[] s_streams = [$"broadcast/{Broadcast}", $"segments/{Broadcast}/video", $"segments/{Broadcast}/audio", "playback/viewer-1"];

    private readonly List<Row> _rows = [];
    private readonly Bytes32[] _leaves;

    private SampleBundle(int size, Func<int, bool> isOwn, Func<int, byte[]?>? payloads)
    {
        var versions = new Dictionary<string, ulong>();
        var own = 0;
        for (var index = 0; index < size; index++)
        {
            var mine = isOwn(index);
            var stream = mine ? s_streams[own++ % s_streams.Length] : "other/1";
            var salt = Sha256Hash.Of(Encoding.ASCII.GetBytes($"salt {index}")).Value.ToArray()[..PayloadDigest.SaltLength];
            var payload = payloads?.Invoke(index) ?? Encoding.UTF8.GetBytes($$"""{"number":{{index}},"broadcast":"{{(mine ? Broadcast : "another")}}"}""");
            var version = versions.GetValueOrDefault(stream);
            versions[stream] = version + 1;
            var entry = new LedgerEntry
            {
                EventId = new Guid(index, 1, 2, new byte[8]),
                Stream = stream,
                StreamVersion = version,
                Type = "test-happened",
                Schema = 1,
                RecordedAt = DateTimeOffset.UnixEpoch.AddSeconds(1_800_000_000 + index),
                Actor = "system",
                Payload = PayloadDigest.Of(salt, payload),
            };
            _rows.Add(new((ulong)index, entry, salt, payload, mine));
        }

        _leaves = [.. _rows.Select(static r => r.Entry.Leaf().Value)];
        Head = new(new((ulong)size), new(MerkleHash.Root(_leaves)));
        Note = new Checkpoint(Origin, Head).Sign(Signer).ToBytes();
    }

    /// <summary>The log's signer.</summary>
    public static NoteSigner Signer { get; } = new(Origin, Ed25519PrivateKey.FromSeed(Enumerable.Repeat((byte)7, 32).ToArray()));

    /// <summary>The tree.</summary>
    public TreeHead Head { get; }

    /// <summary>The checkpoint.</summary>
    public byte[] Note { get; }

    /// <summary>Entries of the bundle, in order.</summary>
    public IReadOnlyList<Row> Own => [.. _rows.Where(static r => r.Own)];

    /// <summary>A log of so many entries, of which those that are asked for are the broadcast's.</summary>
    /// <param name="size">How many.</param>
    /// <param name="isOwn">Whether one is the broadcast's.</param>
    /// <param name="payloads">Payloads of the caller's own, by index; null for the usual one.</param>
    public static SampleBundle Of(int size, Func<int, bool> isOwn, Func<int, byte[]?>? payloads = null) => new(size, isOwn, payloads);

    /// <summary>A log of 600 entries, two of three the broadcast's.</summary>
    public static SampleBundle Usual() => Of(600, static i => i % 3 != 1);

    /// <summary>The bundle's bytes.</summary>
    /// <param name="leave">Entries to leave out, with a proof that is right all the same.</param>
    /// <param name="policy">The policy; null for the log alone.</param>
    /// <param name="anchors">Anchored trees.</param>
    public byte[] Make(Func<Row, bool>? leave = null, string? policy = null, params IReadOnlyList<BundleAnchor> anchors)
    {
        var output = new MemoryStream();
        using (var writer = new BundleWriter(output))
        {
            writer.BeginAsync(Note, Signer.VerifierKey, policy ?? TrustPolicy.OfLogAlone(Signer.VerifierKey).ToText(Signer.VerifierKey), Broadcast, anchors).GetAwaiter().GetResult();
            foreach (var stream in Own.GroupBy(static r => r.Entry.Stream).OrderBy(static g => g.Key, StringComparer.Ordinal))
            {
                Done(writer.StreamAsync(new(stream.Key, stream.Last().Entry.StreamVersion, new(stream.Last().Index))));
            }

            writer.EndStreamsAsync().GetAwaiter().GetResult();
            var behind = 0UL;
            foreach (var row in Own.Where(r => leave?.Invoke(r) != true))
            {
                Done(writer.EntryAsync(new(row.Index), Hashes(behind, row.Index), row.Entry.Encode(), row.Salt, row.Payload));
                behind = row.Index + 1;
            }

            writer.EndAsync(Head.Size, Hashes(behind, Head.Size.Value)).GetAwaiter().GetResult();
        }

        return output.ToArray();
    }

    /// <summary>The tree of the first entries.</summary>
    public TreeHead HeadOf(int size) => new(new((ulong)size), new(MerkleHash.Root(_leaves.AsSpan(0, size))));

    /// <summary>The tree of the first entries as it was anchored on the made-up chain.</summary>
    /// <param name="size">How many entries.</param>
    /// <param name="receipt">The receipt's file; null for a good one.</param>
    public BundleAnchor AnchorAt(int size, byte[]? receipt = null) => new(
        HeadOf(size), receipt ?? SampleAnchor.FileOf(SampleAnchor.Of(Origin, HeadOf(size))),
        ConsistencyProof.Compute(new((ulong)size), Head.Size, n => MerkleHash.Root(_leaves.AsSpan((int)(n.Index << n.Level), 1 << n.Level))));

    /// <summary>The files of an archive, read by other people's code.</summary>
    public static Dictionary<string, byte[]> Unpack(byte[] archive)
    {
        using var zip = new ZipArchive(new MemoryStream(archive));
        return zip.Entries.ToDictionary(static e => e.FullName, static e =>
        {
            using var stream = e.Open();
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return bytes.ToArray();
        });
    }

    /// <summary>An archive of these files in the bundle's form, whatever is in them.</summary>
    public static byte[] Pack(Dictionary<string, byte[]> files)
    {
        var archive = new MemoryStream();
        var packed = new List<PackedFile>();
        foreach (var name in files.ContainsKey(BundleFiles.Anchors) ? BundleFiles.WithAnchors : BundleFiles.InOrder)
        {
            using var data = new MemoryStream();
            using (var deflate = new DeflateStream(data, CompressionLevel.Fastest, leaveOpen: true))
            {
                deflate.Write(files[name]);
            }

            packed.Add(new(Crc32.Append(0, files[name]), (uint)data.Length, (uint)files[name].Length));
            archive.Write(BundleArchive.HeaderOf(name));
            archive.Write(data.ToArray());
            archive.Write(BundleArchive.DescriptorOf(packed[^1]));
        }

        archive.Write(BundleArchive.DirectoryOf(packed));
        return archive.ToArray();
    }

    private Bytes32[] Hashes(ulong start, ulong end) =>
        [.. BundleEntries.Between(start, end).Select(n => MerkleHash.Root(_leaves.AsSpan((int)(n.Index << n.Level), 1 << n.Level)))];

    // Nothing waits for anything in memory.
    private static void Done(ValueTask task) => task.AsTask().GetAwaiter().GetResult();

    /// <summary>An entry of the log.</summary>
    /// <param name="Index">Its place.</param>
    /// <param name="Entry">What the log commits to.</param>
    /// <param name="Salt">Beside the payload.</param>
    /// <param name="Payload">The payload.</param>
    /// <param name="Own">True if it is the broadcast's.</param>
    public sealed record Row(ulong Index, LedgerEntry Entry, byte[] Salt, byte[] Payload, bool Own);
}

using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Bundles;
using LiveLedger.Harness.Commands;
using LiveLedger.Transparency.Bundles;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Cli.Bundles;

/// <summary>A bundle that was altered in any of its files, or is not what its archive says, is refused, and the refusal has a name.</summary>
public sealed class Bundles_that_lie
{
    private static readonly SampleBundle s_sample = SampleBundle.Usual();
    private static readonly byte[] s_bundle = s_sample.Make();

    [Fact]
    public void Every_altered_byte_of_every_file_is_refused()
    {
        var sample = SampleBundle.Of(23, static i => i % 4 != 2);
        var bundle = sample.Make();
        foreach (var name in BundleFiles.InOrder)
        {
            for (var at = 0; at < SampleBundle.Unpack(bundle)[name].Length; at++)
            {
                var files = SampleBundle.Unpack(bundle);
                files[name][at] ^= 0x41;
                Assert.True(Verify(SampleBundle.Pack(files)).Fault is not null, $"byte {at} of {name}");
            }
        }
    }

    [Fact]
    public void Every_altered_byte_of_the_archive_is_refused_or_changes_nothing()
    {
        var sample = SampleBundle.Of(9, static i => i % 3 != 2);
        var bundle = sample.Make();
        var honest = SampleBundle.Unpack(bundle);
        for (var at = 0; at < bundle.Length; at++)
        {
            byte[] altered = [.. bundle];
            altered[at] ^= 0x10;

            // Behind the last bit of packed data there may be some that say nothing.
            Assert.True(Verify(altered).Fault is not null || honest.All(f => SampleBundle.Unpack(altered)[f.Key].AsSpan().SequenceEqual(f.Value)), $"byte {at}");
        }
    }

    [Theory]
    [InlineData(BundleFiles.Readme, "Everything", "Nothing at", "ReadmeAltered")]
    [InlineData(BundleFiles.Checkpoint, "\n600\n", "\n599\n", "CheckpointRefused")]
    [InlineData(BundleFiles.Key, "ledger.example", "ledger.exbmple", "KeyMalformed")]
    [InlineData(BundleFiles.Policy, "quorum none\n", "quorum none\n# trust me\n", "PolicyMalformed")]
    [InlineData(BundleFiles.Policy, "quorum none\n", "quorum", "PolicyMalformed")]
    [InlineData(BundleFiles.Contents, "liveledger-bundle@v1", "liveledger-bundle@v2", "ContentsMalformed")]
    [InlineData(BundleFiles.Contents, "stream 99 599 playback/viewer-1", "stream 98 590 playback/viewer-1", "StreamIncomplete")]
    [InlineData(BundleFiles.Contents, "stream 99 599 playback/viewer-1", "stream 100 600 playback/viewer-1", "StreamIncomplete")]
    [InlineData(BundleFiles.Contents, "stream 99 599 playback/viewer-1", "stream 99 598 playback/viewer-1", "StreamIncomplete")]
    [InlineData(BundleFiles.Contents, "stream 99 599 playback/viewer-1", "stream 099 599 playback/viewer-1", "ContentsMalformed")]
    [InlineData(BundleFiles.Contents, "stream 99 599 playback/viewer-1\n", "", "StreamNotListed")]
    [InlineData(BundleFiles.Contents, "stream 99 599 playback/viewer-1", "stream 99 599 a/viewer-1", "ContentsMalformed")]
    [InlineData(BundleFiles.Contents, "stream 99 599 playback/viewer-1\n", "stream 99 599 playback/viewer-1\nstream 99 599 playback/viewer-1\n", "ContentsMalformed")]
    [InlineData(BundleFiles.Contents, "stream 99 599 playback/viewer-1", "stream 99 599 ../viewer-1", "ContentsMalformed")]
    [InlineData(BundleFiles.Contents, "broadcast 0199", "broadcast 0198", "EntryOfAnother")]
    [InlineData(BundleFiles.Entries, "\"number\":0", "\"number\":1", "PayloadAltered")]
    [InlineData(BundleFiles.Entries, "test-happened", "fest-happened", "RootMismatch")]
    public void An_altered_file_is_refused_by_name(string name, string honest, string altered, string refusal)
    {
        var files = SampleBundle.Unpack(s_bundle);
        var text = Encoding.Latin1.GetString(files[name]);
        var at = text.IndexOf(honest, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{name} has no {honest}");
        files[name] = Encoding.Latin1.GetBytes(text[..at] + altered + text[(at + honest.Length)..]);

        Assert.Equal(refusal, Verify(SampleBundle.Pack(files)).Fault?.Kind.ToString());
    }

    [Fact]
    public void An_entry_left_out_with_a_right_proof_is_missed_in_its_stream()
    {
        Assert.Equal(BundleFaultKind.StreamIncomplete, Verify(s_sample.Make(leave: static r => r.Index == 300)).Fault?.Kind);
        Assert.Equal(BundleFaultKind.StreamIncomplete, Verify(s_sample.Make(leave: static r => r.Index == 599)).Fault?.Kind);
        Assert.Equal(BundleFaultKind.StreamIncomplete, Verify(s_sample.Make(leave: static r => r.Entry.Stream == "playback/viewer-1")).Fault?.Kind);
    }

    [Fact]
    public void A_bundle_of_nothing_or_without_the_broadcasts_own_stream_is_refused()
    {
        var life = $"broadcast/{SampleBundle.Broadcast}";
        Assert.Equal(BundleFaultKind.ContentsMalformed, Without(static _ => true).Fault?.Kind);
        Assert.Equal(BundleFaultKind.StreamNotListed, Without(s => s == life).Fault?.Kind);

        // Such a bundle is whole in all other things.
        Assert.Null(Without(s => s != life).Fault);

        static BundleVerification Without(Func<string, bool> stream)
        {
            var files = SampleBundle.Unpack(s_sample.Make(leave: r => stream(r.Entry.Stream)));
            var lines = Encoding.ASCII.GetString(files[BundleFiles.Contents]).Split('\n');
            files[BundleFiles.Contents] = Encoding.ASCII.GetBytes(string.Join('\n', lines.Where(l => !l.StartsWith("stream ", StringComparison.Ordinal) || !stream(l.Split(' ')[3]))));
            return Verify(SampleBundle.Pack(files));
        }
    }

    [Theory]
    [InlineData("""{"\ud800aaaaaaaa":1}""")]
    [InlineData("""{"broadcast":"\ud800000000000000000000000000000000000"}""")]
    [InlineData("""{"broadcast":""")]
    [InlineData("[]")]
    [InlineData("")]
    public void A_payload_that_names_no_broadcast_in_whatever_odd_way_is_refused_by_name(string payload)
    {
        var sample = SampleBundle.Of(8, static _ => true, i => i == 3 ? Encoding.UTF8.GetBytes(payload) : null);
        Assert.Equal("playback/viewer-1", sample.Own[3].Entry.Stream);

        Assert.Equal(BundleFaultKind.EntryOfAnother, Verify(sample.Make()).Fault?.Kind);
    }

    [Fact]
    public void Entries_cut_off_continued_doubled_or_in_another_order_are_refused()
    {
        var (first, second) = (RecordAt(0), RecordAt(1));
        AssertEntries(static e => e[..^1]);
        AssertEntries(static e => e[..^(e.Length / 2)]);
        AssertEntries(static _ => []);
        AssertEntries(static e => [.. e, 0]);
        AssertEntries(e => [.. e[..first], .. e]);
        AssertEntries(e => [.. e[first..second], .. e[..first], .. e[second..]]);
        AssertEntries(static e =>
        {
            BinaryPrimitives.WriteUInt64BigEndian(e, ulong.MaxValue);
            return e;
        });
        AssertEntries(e =>
        {
            // The first payload's length: more than any, though nothing of it is there.
            BinaryPrimitives.WriteUInt32BigEndian(e.AsSpan(first - s_sample.Own[0].Payload.Length - 4), BundleEntries.MaxPayload + 1);
            return e;
        });

        static void AssertEntries(Func<byte[], byte[]> alter)
        {
            var files = SampleBundle.Unpack(s_bundle);
            files[BundleFiles.Entries] = alter(files[BundleFiles.Entries]);
            Assert.Equal(BundleFaultKind.EntriesMalformed, Verify(SampleBundle.Pack(files)).Fault?.Kind);
        }
    }

    [Fact]
    public void A_policy_of_another_log_or_one_that_is_not_met_is_refused()
    {
        using var other = Ed25519PrivateKey.Generate();
        Assert.Equal(BundleFaultKind.PolicyMalformed, Verify(s_sample.Make(policy: $"log {VerifierKey.Of("ledger.example/main", other.PublicKey)}\nquorum none\n")).Fault?.Kind);
        Assert.Equal(BundleFaultKind.PolicyNotMet, Verify(s_sample.Make(policy: $"log {SampleBundle.Signer.VerifierKey}\n{Bundles_that_hold.Witness()}quorum w1\n")).Fault?.Kind);
        Assert.Null(Verify(s_sample.Make(policy: $"log {SampleBundle.Signer.VerifierKey}\n{Bundles_that_hold.Witness()}quorum none\n")).Fault);
    }

    [Fact]
    public void An_archive_that_another_program_could_read_otherwise_is_refused()
    {
        AssertArchive(static b => [.. b, 0]);
        AssertArchive(static b => [0, .. b]);
        AssertArchive(static b => b[..^1]);
        AssertArchive(static _ => []);
        AssertArchive(static b => [.. b, .. b]);
        AssertArchive(static _ => Zip([.. BundleFiles.InOrder]));
        AssertArchive(static _ => Zip([.. BundleFiles.InOrder, "entries"]));
        AssertArchive(static _ => Zip([.. BundleFiles.InOrder, "../../etc/passwd"]));
        AssertArchive(static _ => Zip(["/entries"]));

        // A name altered alike in both places, as by somebody who wants it written elsewhere.
        AssertArchive(static b => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(b).Replace("log.vkey", "../.vkey", StringComparison.Ordinal)));

        static void AssertArchive(Func<byte[], byte[]> alter) => Assert.Equal(BundleFaultKind.ArchiveMalformed, Verify(alter(s_bundle)).Fault?.Kind);
    }

    [Fact]
    public void A_file_that_unpacks_to_more_or_less_than_is_said_is_refused_and_a_huge_one_not_even_unpacked()
    {
        var name = BundleFiles.Checkpoint;
        Assert.Equal(BundleFaultKind.FileDamaged, WithLength(static l => l + 1).Fault?.Kind);
        Assert.Equal(BundleFaultKind.FileDamaged, WithLength(static l => l - 1).Fault?.Kind);
        Assert.Equal(BundleFaultKind.ArchiveMalformed, WithLength(_ => (uint)BundleFiles.MaxLength(name) + 1).Fault?.Kind);

        // A megabyte of zeros in a kilobyte, said to be short: no more than is said is unpacked.
        var files = SampleBundle.Unpack(s_bundle);
        files[name] = new byte[BundleFiles.MaxLength(name)];
        Assert.Equal(BundleFaultKind.CheckpointRefused, Verify(SampleBundle.Pack(files)).Fault?.Kind);

        BundleVerification WithLength(Func<uint, uint> lie)
        {
            byte[] archive = [.. s_bundle];
            var directory = BundleArchive.DirectoryLengthOf(BundleFiles.InOrder.Count);
            Assert.True(BundleArchive.TryReadDirectory(archive.AsSpan(^directory..), archive.Length, out var honest));
            PackedFile[] lying = [.. honest];
            lying[1] = lying[1] with { Length = lie(lying[1].Length) };
            BundleArchive.DescriptorOf(lying[1]).CopyTo(archive.AsSpan((int)BundleArchive.OffsetOf(2, honest) - 16));
            BundleArchive.DirectoryOf(lying).CopyTo(archive.AsSpan(archive.Length - directory));
            return Verify(archive);
        }
    }

    [Fact]
    public async Task The_first_line_says_FAIL_and_the_next_the_refusals_name()
    {
        var files = SampleBundle.Unpack(s_bundle);
        files[BundleFiles.Entries][40] ^= 1;
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, SampleBundle.Pack(files));

        var (exit, output, _) = await CommandLine.RunAsync("audit", "bundle", "verify", file);

        File.Delete(file);
        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL ", output);
        Assert.Contains("\n     refused: ", output);
    }

    private static BundleVerification Verify(byte[] bundle) => BundleVerification.Of(new MemoryStream(bundle), SampleBundle.Signer.VerifierKey, null);

    // Where the record behind so many others begins.
    private static int RecordAt(int place) =>
        s_sample.Own.Take(place + 1).Select((r, i) => 8 + 32 * BundleEntries.Between(i == 0 ? 0 : s_sample.Own[i - 1].Index + 1, r.Index).Count
            + 2 + r.Entry.Encode().Length + 16 + 4 + r.Payload.Length).Sum();

    private static byte[] Zip(string[] names)
    {
        var archive = new MemoryStream();
        var files = SampleBundle.Unpack(s_bundle);
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in names)
            {
                using var stream = zip.CreateEntry(name).Open();
                stream.Write(files.GetValueOrDefault(name) ?? []);
            }
        }

        return archive.ToArray();
    }
}

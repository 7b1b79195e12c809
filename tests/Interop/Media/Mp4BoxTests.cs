using LiveLedger.Media.Protection;

namespace LiveLedger.Interop.Media;

public sealed class Mp4BoxTests(SourceTracks sources) : IClassFixture<SourceTracks>
{
    [Theory]
    [InlineData(ProtectionScheme.Cbcs, true)]
    [InlineData(ProtectionScheme.Cbcs, false)]
    [InlineData(ProtectionScheme.Cenc, true)]
    [InlineData(ProtectionScheme.Cenc, false)]
    public void Mp4box_reads_every_box_and_finds_the_auxiliary_information(ProtectionScheme scheme, bool isVideo)
    {
        var source = isVideo ? sources.Video : sources.Audio;
        var packaged = PackagedTrack.Of(source with { Segments = [.. source.Segments.Take(8)] }, scheme, offset: 90);

        var read = NodeReader.Read<File>("boxes", [.. packaged.Stream.SelectMany(piece => piece.ToArray())]);

        Assert.Equal(read.Length, read.End);
        Assert.Empty(read.Complaints);
        Assert.Empty(read.Unread);
        Assert.Equal(isVideo ? ("encv", "avc1") : ("enca", "mp4a"), (read.Entry, read.Format));
        Assert.Equal(scheme.ToString().ToLowerInvariant(), read.Scheme);
        Assert.Equal(scheme == ProtectionScheme.Cbcs && isVideo ? [1, 9] : [0, 0], read.Pattern);
        Assert.Equal(scheme == ProtectionScheme.Cenc ? 8 : 0, read.IvSize);
        Assert.Equal(Convert.ToHexStringLower("a key id of 16.."u8), read.KeyId);
        Assert.DoesNotContain("/sidx", read.Seen);
        Assert.Equal(8, read.Fragments.Count);
        for (var i = 0; i < 8; i++)
        {
            Check(read.Fragments[i], (uint)i, hasAuxiliary: isVideo || scheme == ProtectionScheme.Cenc);
        }
    }

    private static void Check(Fragment fragment, uint sequence, bool hasAuxiliary)
    {
        Assert.Equal(sequence + 1, fragment.Sequence);
        Assert.True(fragment.BaseIsMoof);
        Assert.True(sequence > 0 || fragment.DecodeTime == 90, "the offset is in the decode time");
        var next = fragment.MoofSize + 8;
        foreach (var run in fragment.Runs)
        {
            Assert.Equal(next, run.DataOffset);
            next += run.Sizes.Sum();
        }

        Assert.Equal(hasAuxiliary, fragment.AuxiliaryOffset is not null);
        if (hasAuxiliary)
        {
            // Behind the head of senc: size, type, version and flags, sample count.
            Assert.Equal(fragment.SencStart + 16, fragment.MoofStart + fragment.AuxiliaryOffset);
            Assert.Equal(fragment.SencSize - 16, fragment.AuxiliarySizes!.Sum());
            Assert.Equal(fragment.Runs.Sum(run => run.Sizes.Count), fragment.AuxiliarySizes!.Count);
        }
    }

    private sealed record File(
        int Length, int End, List<string> Seen, List<string> Unread, List<string> Complaints, List<Fragment> Fragments,
        string Entry, string Format, string Scheme, List<int> Pattern, int IvSize, string KeyId);

    private sealed record Fragment(
        uint Sequence, ulong DecodeTime, int MoofStart, int MoofSize, bool BaseIsMoof, List<Run> Runs, int? AuxiliaryOffset,
        List<int>? AuxiliarySizes, int? SencStart, int? SencSize);

    private sealed record Run(int DataOffset, List<int> Sizes);
}

using LiveLedger.Media.Protection;

namespace LiveLedger.Interop.Media;

public sealed class DecryptionTests(SourceTracks sources) : IClassFixture<SourceTracks>
{
    [Theory]
    [InlineData(ProtectionScheme.Cbcs, true)]
    [InlineData(ProtectionScheme.Cbcs, false)]
    [InlineData(ProtectionScheme.Cenc, true)]
    [InlineData(ProtectionScheme.Cenc, false)]
    public void Ffmpeg_decrypts_what_we_package_to_the_frames_of_the_source(ProtectionScheme scheme, bool isVideo)
    {
        var source = isVideo ? sources.Video : sources.Audio;
        Assert.True(source.Segments.Count >= 60, $"{source.Segments.Count} segments");
        var packaged = PackagedTrack.Of(source, scheme);

        var clear = Ffmpeg.FrameHashes(source.Segments.Prepend(source.Init).Select(bytes => new ReadOnlyMemory<byte>(bytes)));
        var decrypted = Ffmpeg.FrameHashes(packaged.Stream, packaged.Key);

        Assert.True(clear.Length > 60 * 40, $"{clear.Length} frames");
        Assert.Equal(clear, decrypted);
    }

    [Theory]
    [InlineData(ProtectionScheme.Cbcs)]
    [InlineData(ProtectionScheme.Cenc)]
    public void With_another_key_the_audio_is_not_that_of_the_source(ProtectionScheme scheme)
    {
        var packaged = PackagedTrack.Of(sources.Audio with { Segments = [.. sources.Audio.Segments.Take(2)] }, scheme);
        var wrong = packaged.Key.ToArray();
        wrong[0] ^= 1;

        // ffmpeg may or may not call the garbage an error; it must not find the frames.
        var (output, _) = Ffmpeg.Run(
            ["-nostdin", "-v", "quiet", "-decryption_key", Convert.ToHexStringLower(wrong), "-i", "pipe:0", "-c", "copy", "-f",
                "framemd5", "-"],
            packaged.Stream);
        var (clear, _) = Ffmpeg.Run(
            ["-nostdin", "-v", "quiet", "-decryption_key", Convert.ToHexStringLower(packaged.Key), "-i", "pipe:0", "-c", "copy",
                "-f", "framemd5", "-"],
            packaged.Stream);
        Assert.InRange(Lines(clear).Length, 180, 195);
        Assert.Empty(Lines(clear).Intersect(Lines(output)));

        static string[] Lines(byte[] text) =>
            [.. System.Text.Encoding.ASCII.GetString(text).Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
    }
}

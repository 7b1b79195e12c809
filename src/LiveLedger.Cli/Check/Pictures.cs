using System.Diagnostics;

namespace LiveLedger.Cli.Check;

/// <summary>Decodes pictures with ffmpeg, which is nobody's code here.</summary>
internal static class Pictures
{
    private const int MostPictures = 2000;

    /// <summary>Pictures of init and media segments one after the other; none if nothing can be decoded.</summary>
    /// <remarks>By a pipe: from a file ffmpeg 5.1 fails on several cbcs segments.</remarks>
    internal static Task<IReadOnlyList<SmallPicture>> DecodeAsync(byte[] media, byte[]? key, CancellationToken cancellation) => RunAsync(
        [.. key is null ? Array.Empty<string>() : ["-decryption_key", Convert.ToHexStringLower(key)], "-f", "mp4", "-i", "pipe:0"], media, cancellation);

    /// <summary>The picture in an image file.</summary>
    internal static Task<IReadOnlyList<SmallPicture>> OfFileAsync(string file, CancellationToken cancellation) => RunAsync(["-i", file], [], cancellation);

    /// <summary>The best match between any two.</summary>
    internal static double Resemblance(IReadOnlyList<SmallPicture> some, IReadOnlyList<SmallPicture> others) =>
        some.SelectMany(a => others.Select(a.Resemblance)).DefaultIfEmpty(0).Max();

    private static async Task<IReadOnlyList<SmallPicture>> RunAsync(string[] input, byte[] bytes, CancellationToken cancellation)
    {
        using var ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg",
            ["-hide_banner", "-loglevel", "quiet", .. input, "-map", "0:v:0", "-vf", "scale=64:36,format=gray", "-frames:v", $"{MostPictures}", "-f", "rawvideo", "pipe:1"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var feeding = FeedAsync(ffmpeg, bytes, cancellation);
        var pictures = new List<SmallPicture>();
        var buffer = new byte[SmallPicture.Length];
        while (await ffmpeg.StandardOutput.BaseStream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation) == buffer.Length)
        {
            pictures.Add(new(buffer));
        }

        await feeding;
        await ffmpeg.WaitForExitAsync(cancellation);
        return pictures;
    }

    private static async Task FeedAsync(Process ffmpeg, byte[] bytes, CancellationToken cancellation)
    {
        try
        {
            await ffmpeg.StandardInput.BaseStream.WriteAsync(bytes, cancellation);
            ffmpeg.StandardInput.Close();
        }
        catch (IOException)
        {
            // It had seen enough.
        }
    }
}

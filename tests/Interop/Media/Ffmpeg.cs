using System.Diagnostics;

namespace LiveLedger.Interop.Media;

/// <summary>Runs ffmpeg, the reference that knows nothing of our code.</summary>
internal static class Ffmpeg
{
    /// <summary>Runs to the end; what it printed. Input goes through a pipe.</summary>
    public static (byte[] Output, string Log) Run(IEnumerable<string> arguments, IEnumerable<ReadOnlyMemory<byte>>? input = null)
    {
        var start = new ProcessStartInfo("ffmpeg")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("ffmpeg did not start");
        var log = process.StandardError.ReadToEndAsync();
        var output = Task.Run(() =>
        {
            using var bytes = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(bytes);
            return bytes.ToArray();
        });
        using (var pipe = process.StandardInput.BaseStream)
        {
            foreach (var piece in input ?? [])
            {
                pipe.Write(piece.Span);
            }
        }

        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"ffmpeg said {process.ExitCode}: {log.Result}");
        return (output.Result, log.Result);
    }

    /// <summary>Frames of a stream as framemd5 lines, decrypted first if a key is given.</summary>
    public static string[] FrameHashes(IEnumerable<ReadOnlyMemory<byte>> stream, ReadOnlySpan<byte> key = default)
    {
        var decrypt = key.IsEmpty ? [] : new[] { "-decryption_key", Convert.ToHexStringLower(key) };
        var (output, log) = Run(
            ["-nostdin", "-v", "error", .. decrypt, "-i", "pipe:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"],
            stream);
        Assert.True(log.Length == 0, log);
        return [.. System.Text.Encoding.ASCII.GetString(output).Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
    }
}

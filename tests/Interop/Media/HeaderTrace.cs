namespace LiveLedger.Interop.Media;

/// <summary>Slice header lengths as ffmpeg's trace_headers reads them.</summary>
internal static class HeaderTrace
{
    /// <summary>For each slice of a stream in order: bits of NAL header and slice header, emulation prevention taken out.</summary>
    public static List<int> SliceHeaderBits(IEnumerable<ReadOnlyMemory<byte>> stream)
    {
        var (_, log) = Ffmpeg.Run(
            ["-hide_banner", "-i", "pipe:0", "-map", "0:v", "-c", "copy", "-bsf:v", "trace_headers", "-f", "null", "-"], stream);
        var lengths = new List<int>();
        var isSlice = false;
        foreach (var line in log.Split('\n'))
        {
            Assert.False(line.Contains("Failed to read", StringComparison.Ordinal), log);
            // "[trace_headers @ 0x…] 8    first_mb_in_slice    1 = 0", or a title, or a packet.
            if (!line.StartsWith("[trace_headers", StringComparison.Ordinal))
            {
                continue;
            }

            var words = line[(line.IndexOf(']', StringComparison.Ordinal) + 1)..]
                .Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is [var position, var name, var bits, "=", _] && int.TryParse(position, out var start))
            {
                if (isSlice && name != "cabac_alignment_one_bit")
                {
                    lengths[^1] = start + bits.Length;
                }
            }
            else
            {
                isSlice = words is ["Slice", "Header"];
                if (isSlice)
                {
                    lengths.Add(0);
                }
            }
        }

        return lengths;
    }
}

using LiveLedger.Cryptography.Cbor;

namespace LiveLedger.Fuzz.Targets;

/// <summary>The CBOR reader, asked for every kind of item in turn: what it reads, the writer writes the same.</summary>
internal static class CborTarget
{
    public static FuzzTarget Create() => new("cbor", [.. Samples.Records, Samples.Certificate, .. Examples()], Read);

    /// <summary>Heads of every size and kind.</summary>
    private static IEnumerable<byte[]> Examples()
    {
        yield return Convert.FromHexString("17181818ff190100190fff1a00010000ffff1b0000000100000000");
        yield return Convert.FromHexString("2038ff3901003affffffff3b7fffffffffffffff");
        yield return Convert.FromHexString("40414158206060606161800181a0a1010263e6b0b4");
    }

    private static void Read(ReadOnlySpan<byte> input)
    {
        Span<byte> again = new byte[input.Length + 16];
        var reader = new CborReader(input);
        while (!reader.AtEnd)
        {
            var start = reader.Position;
            var writer = new CborWriter(again);
            if (reader.TryReadUnsigned(out var unsigned))
            {
                writer.WriteUnsigned(unsigned);
            }
            else if (reader.TryReadInteger(out var integer))
            {
                writer.WriteInteger(integer);
            }
            else if (reader.TryReadBytes(input.Length, out var bytes))
            {
                writer.WriteBytes(bytes);
            }
            else if (reader.TryReadText(input.Length, out var text))
            {
                writer.WriteText(System.Text.Encoding.UTF8.GetString(text));
            }
            else if (reader.TryReadTag(18))
            {
                writer.WriteTag(18);
            }
            else if (!Container(ref reader, ref writer))
            {
                // A refused item may not move the reader.
                Promise(reader.Position == start, "a refusal moved the reader");
                return;
            }

            Promise(reader.Position > start && input[start..reader.Position].SequenceEqual(writer.Written), "read is not what would be written");
        }
    }

    private static bool Container(ref CborReader reader, ref CborWriter writer)
    {
        for (var count = 0; count <= 24; count++)
        {
            if (reader.TryReadArray(count))
            {
                writer.WriteArray(count);
                return true;
            }

            if (reader.TryReadMap(count))
            {
                writer.WriteMap(count);
                return true;
            }
        }

        return false;
    }

    private static void Promise(bool kept, string what)
    {
        if (!kept)
        {
            throw new FuzzException(what);
        }
    }
}

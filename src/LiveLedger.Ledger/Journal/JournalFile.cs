using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LiveLedger.Ledger.Journal;

/// <summary>
/// One file of the journal: a leader's run of events, by index and without a gap, at most <see cref="MaxEvents"/>. Each leader writes files of
/// its own, so one that was stopped and wakes up cannot spoil another's; where two files overlap they say the same.
/// </summary>
/// <param name="Path">Where it is.</param>
/// <param name="First">Index of its first event.</param>
internal sealed record JournalFile(string Path, ulong First)
{
    /// <summary>Most events in one file: a tile of the second level.</summary>
    public const int MaxEvents = 65_536;

    private const string Suffix = ".journal";
    private const int ReadBuffer = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "LLJOURN1"u8;

    /// <summary>Magic and index of the first event.</summary>
    public static byte[] HeaderOf(ulong first)
    {
        var header = new byte[16];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(8), first);
        return header;
    }

    /// <summary>A name nobody else has, that sorts by index.</summary>
    public static string NameOf(ulong first) => string.Create(CultureInfo.InvariantCulture, $"{first:D20}-{Guid.NewGuid():n}{Suffix}");

    /// <summary>The journal's files in a folder, by first index.</summary>
    public static IReadOnlyList<JournalFile> In(string folder) =>
        !Directory.Exists(folder) ? [] : [.. Directory.EnumerateFiles(folder, "*" + Suffix).Select(Named).OfType<JournalFile>().OrderBy(f => f.First).ThenBy(f => f.Path, StringComparer.Ordinal)];

    /// <summary>The events of the file in order, up to its end or to where a crash has torn it.</summary>
    [SuppressMessage("Reliability", "CA2022", Justification = "a short read is the end of the file, and is asked for")]
    public IEnumerable<JournaledEvent> Read()
    {
        using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, ReadBuffer, FileOptions.SequentialScan);
        var header = new byte[16];
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.AsSpan().SequenceEqual(HeaderOf(First)))
        {
            yield break;
        }

        var frame = new byte[JournalFrame.HeaderLength];
        for (var count = 0; count < MaxEvents; count++)
        {
            if (file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) < frame.Length || !JournalFrame.TryReadHeader(frame, out var length, out var checksum))
            {
                yield break;
            }

            var body = new byte[length];
            if (file.ReadAtLeast(body, length, throwOnEndOfStream: false) < length || JournalFrame.Read(body, checksum) is not { } e)
            {
                yield break;
            }

            yield return e;
        }
    }

    private static JournalFile? Named(string path)
    {
        var name = System.IO.Path.GetFileName(path);
        return name.Length > 21 && name[20] == '-' && ulong.TryParse(name.AsSpan(0, 20), NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            ? new(path, first)
            : null;
    }
}

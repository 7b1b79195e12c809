using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Tiles;

namespace LiveLedger.Fuzz.Targets;

/// <summary>Log entries and entry bundles: what is read is written to the same bytes, so one leaf has one meaning.</summary>
internal static class EntryTarget
{
    private static readonly LedgerEntry s_plain = new()
    {
        EventId = new("01990000-0000-7000-8000-000000000001"),
        Stream = "broadcast/01990000000070008000000000000001",
        StreamVersion = 7,
        Type = "segment-sealed",
        Schema = 1,
        RecordedAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
        Actor = "system",
        Payload = default,
    };

    private static readonly byte[] s_entry = s_plain.Encode();
    private static readonly byte[] s_caused = (s_plain with { Correlation = s_plain.EventId, Causation = s_plain.EventId }).Encode();

    public static FuzzTarget Create() => new("entry", [s_entry, s_caused, EntryBundle.Format([s_entry, ReadOnlyMemory<byte>.Empty, s_entry])], Read);

    private static void Read(ReadOnlySpan<byte> input)
    {
        if (LedgerEntry.TryParse(input, out var entry) && !input.SequenceEqual(entry.Encode()))
        {
            throw new FuzzException("an entry has two forms");
        }

        var bundle = input.ToArray();
        for (var width = 1; width <= 3; width++)
        {
            if (EntryBundle.TryParse(bundle, width, out var entries) && (entries.Count != width || !input.SequenceEqual(EntryBundle.Format(entries))))
            {
                throw new FuzzException("a bundle has two forms");
            }
        }
    }
}

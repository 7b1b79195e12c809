using LiveLedger.Cryptography;
using LiveLedger.Transparency.Entries;

namespace LiveLedger.Vectors.Logs;

/// <summary>The bytes of leaves, whole and altered, and what is read from them.</summary>
internal static class EntryCases
{
    internal sealed record EntryFields(
        string EventId, string Stream, string StreamVersion, string Type, int Schema, string RecordedAt, string Actor, string? Correlation, string? Causation, string PayloadDigest);

    internal sealed record EntryCase(string Name, string Bytes, string Leaf, EntryFields? Fields);

    private static readonly LedgerEntry s_plain = new()
    {
        EventId = new("0199aaaa-bbbb-7ccc-8ddd-0123456789ab"),
        Stream = "broadcast/0199aaaabbbb7ccc8ddd0123456789ab",
        StreamVersion = 3,
        Type = "broadcast-started",
        Schema = 1,
        RecordedAt = DateTimeOffset.UnixEpoch.AddTicks(17_900_000_001_234_560),
        Actor = "system",
        Payload = PayloadDigest.Of(new byte[PayloadDigest.SaltLength], "{}"u8),
    };

    internal static IEnumerable<EntryCase> All()
    {
        var plain = s_plain.Encode();
        var caused = (s_plain with { Causation = s_plain.EventId }).Encode();
        yield return Case("plain", plain);
        yield return Case("caused", caused);
        yield return Case("caused and belonging", (s_plain with { Causation = s_plain.EventId, Correlation = new("11111111-2222-3333-4444-555555555555") }).Encode());
        yield return Case("largest numbers", (s_plain with { StreamVersion = ulong.MaxValue, Schema = ushort.MaxValue, RecordedAt = LedgerEntry.Truncate(DateTimeOffset.MaxValue) }).Encode());
        yield return Case("text of other scripts", (s_plain with { Stream = "ströme/✓", Actor = "\ufeff人" }).Encode());
        yield return Case("nothing", []);
        yield return Case("version 0", [0, .. plain[1..]]);
        yield return Case("version 3", [3, .. plain[1..]]);
        yield return Case("plain, marked as caused", [2, .. plain[1..]]);
        yield return Case("caused, marked as plain", [1, .. caused[1..]]);
        yield return Case("caused by nothing", [.. caused[..^64], .. new byte[32], .. caused[^32..]]);
        yield return Case("a byte short", plain[..^1]);
        yield return Case("a byte more", [.. plain, 0]);
        yield return Case("an empty stream", [.. plain[..17], 0, 0, .. plain[(19 + s_plain.Stream.Length)..]]);
        yield return Case("a stream longer than the entry", [.. plain[..17], 0xff, 0xff, .. plain[19..]]);
        yield return Case("a control character", With(plain, 19, 0x1f));
        yield return Case("a delete character", With(plain, 19, 0x7f));
        yield return Case("not UTF-8", With(plain, 19, 0xff));
        yield return Case("a time past the year 9999", With(plain, TimeAt, 0x7f));
    }

    private static int TimeAt => 1 + 16 + 2 + s_plain.Stream.Length + 8 + 2 + s_plain.Type.Length + 2;

    private static EntryCase Case(string name, byte[] bytes)
    {
        var fields = LedgerEntry.TryParse(bytes, out var entry)
            ? new EntryFields(
                entry.EventId.ToString(), entry.Stream, entry.StreamVersion.ToString(), entry.Type, entry.Schema,
                ((entry.RecordedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond).ToString(), entry.Actor,
                entry.Correlation?.ToString(), entry.Causation?.ToString(), entry.Payload.ToString())
            : null;
        return new(name, Convert.ToHexStringLower(bytes), LeafOf(bytes).ToString(), fields);
    }

    private static Bytes32 LeafOf(byte[] bytes) => Transparency.Tree.LeafHash.Of(bytes).Value;

    private static byte[] With(byte[] bytes, int at, byte value)
    {
        var copy = bytes.ToArray();
        copy[at] = value;
        return copy;
    }
}

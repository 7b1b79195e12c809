using System.Security.Cryptography;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Transparency.Entries;

namespace LiveLedger.Ledger;

/// <summary>Turns new events into what is stored: the entry that becomes the leaf, and the payload with the salt of its digest.</summary>
internal readonly struct EventEncoding
{
    private EventEncoding(int count, DateTimeOffset time) =>
        (Ids, Entries, Hashes, Payloads, Salts, Time) = (new Guid[count], new byte[count][], new byte[count][], new ReadOnlyMemory<byte>[count], new byte[count][], time);

    public Guid[] Ids { get; }

    public byte[][] Entries { get; }

    /// <summary>Leaf hashes of the entries, of exactly the bytes that are stored.</summary>
    public byte[][] Hashes { get; }

    public ReadOnlyMemory<byte>[] Payloads { get; }

    public byte[][] Salts { get; }

    /// <summary>The time in the entries.</summary>
    public DateTimeOffset Time { get; }

    public static EventEncoding Of(StreamName stream, long expected, IReadOnlyList<NewEvent> events, DateTimeOffset now)
    {
        var time = LedgerEntry.Truncate(now);
        var encoding = new EventEncoding(events.Count, time);
        for (var i = 0; i < events.Count; i++)
        {
            var e = events[i];
            ArgumentOutOfRangeException.ThrowIfGreaterThan(e.PayloadJson.Length, NewEvent.MaxPayloadLength, nameof(events));
            var salt = RandomNumberGenerator.GetBytes(PayloadDigest.SaltLength);
            encoding.Ids[i] = e.Id;
            encoding.Payloads[i] = e.PayloadJson;
            encoding.Salts[i] = salt;
            encoding.Entries[i] = new LedgerEntry
            {
                EventId = e.Id,
                Stream = stream.Value,
                StreamVersion = (ulong)(expected + 1 + i),
                Type = e.Type,
                Schema = checked((ushort)e.Schema),
                RecordedAt = time,
                Actor = e.Actor,
                Correlation = e.Correlation,
                Causation = e.Causation,
                Payload = PayloadDigest.Of(salt, e.PayloadJson.Span),
            }.Encode();
            encoding.Hashes[i] = MerkleHash.Leaf(encoding.Entries[i]).ToArray();
        }

        return encoding;
    }

    /// <summary>An event from its stored entry and payload.</summary>
    public static StoredEvent Decode(ReadOnlySpan<byte> bytes, ReadOnlyMemory<byte> payload) => LedgerEntry.TryParse(bytes, out var entry)
        ? new(entry.EventId, new(entry.Stream), (long)entry.StreamVersion, entry.Type, entry.Schema, entry.RecordedAt, entry.Actor, payload)
        {
            Correlation = entry.Correlation,
            Causation = entry.Causation,
        }
        : throw new InvalidDataException("a stored entry cannot be read: the table was changed, or a newer version of LiveLedger wrote it");
}

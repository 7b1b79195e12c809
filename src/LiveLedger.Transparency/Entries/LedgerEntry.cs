using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Entries;

/// <summary>What the log commits to of one event: the bytes of its Merkle leaf. See <c>docs/formats/log.md</c>.</summary>
public sealed record LedgerEntry
{
    /// <summary>Longest entry in bytes: what an entry bundle's length prefix can say.</summary>
    public const int MaxLength = ushort.MaxValue;

    private const byte Plain = 1;

    // As 1, with the ids of what caused it between actor and digest.
    private const byte Caused = 2;
    private const int GuidLength = 16;
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMicrosecond;

    /// <summary>The event's own id.</summary>
    public required Guid EventId { get; init; }

    /// <summary>Name of the stream, e.g. <c>broadcast/0199…</c>.</summary>
    public required string Stream { get; init; }

    /// <summary>Place in the stream, counting from 0.</summary>
    public required ulong StreamVersion { get; init; }

    /// <summary>Stable name of the event, e.g. <c>segment-sealed</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Version of that event's payload.</summary>
    public required ushort Schema { get; init; }

    /// <summary>The appender's clock, in whole microseconds since 1970.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>Who caused it: <c>system</c> or a pseudonym.</summary>
    public required string Actor { get; init; }

    /// <summary>What this belongs to, from the first request on; null if nobody said. Not all zeros.</summary>
    public Guid? Correlation { get; init; }

    /// <summary>The command or event that caused this one; null if nobody said. Not all zeros.</summary>
    public Guid? Causation { get; init; }

    /// <summary>Commits to the payload, which is not in the log.</summary>
    public required PayloadDigest Payload { get; init; }

    /// <summary>The clock value an entry can hold: cut to whole microseconds.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset time) => new(time.UtcTicks - time.UtcTicks % TicksPerMicrosecond, TimeSpan.Zero);

    /// <summary>The leaf of this entry.</summary>
    public LeafHash Leaf() => LeafHash.Of(Encode());

    /// <summary>The entry's bytes.</summary>
    /// <exception cref="InvalidOperationException">A field cannot be written: an empty or control-ridden text, a time with a fraction of a microsecond, or too long in all.</exception>
    public byte[] Encode()
    {
        byte[] stream = Text(Stream), type = Text(Type), actor = Text(Actor);
        var sinceEpoch = RecordedAt.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        if (sinceEpoch < 0 || sinceEpoch % TicksPerMicrosecond != 0)
        {
            throw new InvalidOperationException("an entry's time is in whole microseconds since 1970");
        }

        if (Correlation == Guid.Empty || Causation == Guid.Empty)
        {
            throw new InvalidOperationException("an id of zeros says that there is none");
        }

        var version = Correlation is null && Causation is null ? Plain : Caused;
        var length = 1 + GuidLength + 2 + stream.Length + 8 + 2 + type.Length + 2 + 8 + 2 + actor.Length + (version == Caused ? 2 * GuidLength : 0) + Bytes32.Length;
        if (length > MaxLength)
        {
            throw new InvalidOperationException($"an entry has at most {MaxLength} bytes");
        }

        var entry = new byte[length];
        entry[0] = version;
        var rest = entry.AsSpan(1);
        EventId.TryWriteBytes(rest, bigEndian: true, out _);
        rest = Put(rest[GuidLength..], stream);
        BinaryPrimitives.WriteUInt64BigEndian(rest, StreamVersion);
        rest = Put(rest[8..], type);
        BinaryPrimitives.WriteUInt16BigEndian(rest, Schema);
        BinaryPrimitives.WriteUInt64BigEndian(rest[2..], (ulong)(sinceEpoch / TicksPerMicrosecond));
        rest = Put(rest[10..], actor);
        if (version == Caused)
        {
            (Correlation ?? Guid.Empty).TryWriteBytes(rest, bigEndian: true, out _);
            (Causation ?? Guid.Empty).TryWriteBytes(rest[GuidLength..], bigEndian: true, out _);
            rest = rest[(2 * GuidLength)..];
        }

        Payload.Value.CopyTo(rest);
        return entry;
    }

    /// <summary>Takes an entry from outside; whatever is read is written again to the same bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out LedgerEntry? entry)
    {
        entry = null;
        if (bytes.Length is > MaxLength or < 1 + GuidLength || bytes[0] is not (Plain or Caused))
        {
            return false;
        }

        var id = new Guid(bytes.Slice(1, GuidLength), bigEndian: true);
        var rest = bytes[(1 + GuidLength)..];
        if (!TryTakeText(ref rest, out var stream) || !TryTake(ref rest, 8, out var version)
            || !TryTakeText(ref rest, out var type) || !TryTake(ref rest, 2, out var schema)
            || !TryTake(ref rest, 8, out var recorded) || !TryTakeText(ref rest, out var actor))
        {
            return false;
        }

        Guid correlation = default, causation = default;
        if (bytes[0] == Caused)
        {
            if (!TryTakeGuid(ref rest, out correlation) || !TryTakeGuid(ref rest, out causation) || (correlation == default && causation == default))
            {
                // Without a cause it would be written again as the plain form, and one entry must not have two.
                return false;
            }
        }

        if (rest.Length != Bytes32.Length)
        {
            return false;
        }

        var microseconds = BinaryPrimitives.ReadUInt64BigEndian(recorded);
        if (microseconds > (ulong)((DateTimeOffset.MaxValue.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TicksPerMicrosecond))
        {
            return false;
        }

        entry = new()
        {
            EventId = id,
            Stream = stream,
            StreamVersion = BinaryPrimitives.ReadUInt64BigEndian(version),
            Type = type,
            Schema = BinaryPrimitives.ReadUInt16BigEndian(schema),
            RecordedAt = DateTimeOffset.UnixEpoch.AddTicks((long)microseconds * TicksPerMicrosecond),
            Actor = actor,
            Correlation = correlation == default ? null : correlation,
            Causation = causation == default ? null : causation,
            Payload = new(new Bytes32(rest)),
        };
        return true;
    }

    private static Span<byte> Put(Span<byte> rest, byte[] text)
    {
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)text.Length);
        text.CopyTo(rest[2..]);
        return rest[(2 + text.Length)..];
    }

    private static byte[] Text(string text)
    {
        // Half a surrogate pair has no UTF-8; replaced silently, two streams could share a leaf.
        var bytes = Encoding.UTF8.GetBytes(text);
        return IsPlain(bytes) && Encoding.UTF8.GetString(bytes) == text && bytes.Length <= ushort.MaxValue
            ? bytes
            : throw new InvalidOperationException("a text of an entry is not empty and has no control characters");
    }

    private static bool IsPlain(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyInRange((byte)0, (byte)0x1f) && !text.Contains((byte)0x7f);

    private static bool TryTake(ref ReadOnlySpan<byte> rest, int length, out ReadOnlySpan<byte> taken)
    {
        if (rest.Length < length)
        {
            taken = default;
            return false;
        }

        taken = rest[..length];
        rest = rest[length..];
        return true;
    }

    private static bool TryTakeGuid(ref ReadOnlySpan<byte> rest, out Guid id)
    {
        var there = TryTake(ref rest, GuidLength, out var bytes);
        id = there ? new Guid(bytes, bigEndian: true) : default;
        return there;
    }

    private static bool TryTakeText(ref ReadOnlySpan<byte> rest, out string text)
    {
        text = "";
        if (!TryTake(ref rest, 2, out var length) || !TryTake(ref rest, BinaryPrimitives.ReadUInt16BigEndian(length), out var bytes)
            || !IsPlain(bytes) || !Utf8.IsValid(bytes))
        {
            return false;
        }

        text = Encoding.UTF8.GetString(bytes);
        return true;
    }
}

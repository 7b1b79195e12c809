using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Tests.Entries;

public sealed class LedgerEntries
{
    private static readonly LedgerEntry s_entry = new()
    {
        EventId = new("00112233-4455-6677-8899-aabbccddeeff"),
        Stream = "broadcast/ü",
        StreamVersion = 0x0102030405060708,
        Type = "segment-sealed",
        Schema = 0x0203,
        RecordedAt = DateTimeOffset.UnixEpoch.AddTicks(0x0506 * TimeSpan.TicksPerMicrosecond),
        Actor = "system",
        Payload = new(new Bytes32([.. Enumerable.Range(0, 32).Select(static i => (byte)i)])),
    };

    [Fact]
    public void The_bytes_are_those_of_the_format_page()
    {
        byte[] expected =
        [
            0x01,
            0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
            0, 12, .. "broadcast/ü"u8,
            1, 2, 3, 4, 5, 6, 7, 8,
            0, 14, .. "segment-sealed"u8,
            2, 3,
            0, 0, 0, 0, 0, 0, 5, 6,
            0, 6, .. "system"u8,
            .. Enumerable.Range(0, 32).Select(static i => (byte)i),
        ];
        Assert.Equal(expected, s_entry.Encode());
        Assert.Equal(LeafHash.Of(expected), s_entry.Leaf());
    }

    [Fact]
    public void What_caused_an_event_stands_between_actor_and_digest_in_an_entry_of_version_2()
    {
        var plain = s_entry.Encode();
        byte[] cause = [.. Enumerable.Range(0x40, 16).Select(static i => (byte)i)];
        var caused = (s_entry with { Causation = new(cause, bigEndian: true) }).Encode();
        Assert.Equal([2, .. plain[1..^32], .. new byte[16], .. cause, .. plain[^32..]], caused);

        var both = s_entry with { Causation = new(cause, bigEndian: true), Correlation = s_entry.EventId };
        Assert.True(LedgerEntry.TryParse(both.Encode(), out var read));
        Assert.Equal(both, read);
        Assert.Equal(s_entry.EventId.ToByteArray(bigEndian: true), both.Encode()[^64..^48]);
    }

    [Fact]
    public void An_entry_without_a_cause_has_one_form()
    {
        var plain = s_entry.Encode();
        Assert.False(LedgerEntry.TryParse([2, .. plain[1..^32], .. new byte[32], .. plain[^32..]], out _));
        Assert.Throws<InvalidOperationException>(() => (s_entry with { Correlation = Guid.Empty }).Encode());
        Assert.Throws<InvalidOperationException>(() => (s_entry with { Causation = Guid.Empty }).Encode());
    }

    [Fact]
    public void An_entry_is_read_as_it_was_written()
    {
        var texts = Gen.Elements("a", "system", "broadcast/0199", "ü€𝄞", new string('x', 300));
        var entries =
            from stream in texts
            from type in texts
            from actor in texts
            from version in Gen.Choose(0, int.MaxValue)
            from schema in Gen.Choose(0, ushort.MaxValue)
            from seconds in Gen.Choose(0, int.MaxValue)
            from micros in Gen.Choose(0, 999_999)
            select s_entry with
            {
                EventId = Guid.NewGuid(),
                Stream = stream,
                Type = type,
                Actor = actor,
                StreamVersion = (ulong)version << 20,
                Schema = (ushort)schema,
                RecordedAt = DateTimeOffset.UnixEpoch.AddSeconds(seconds).AddMicroseconds(micros),
            };
        Prop.ForAll(entries.ToArbitrary(), static e => LedgerEntry.TryParse(e.Encode(), out var read) && read == e).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Every_field_is_committed_to()
    {
        LedgerEntry[] changed =
        [
            s_entry with { EventId = Guid.Empty },
            s_entry with { Stream = "broadcast/u" },
            s_entry with { StreamVersion = 0 },
            s_entry with { Type = "segment-seale" },
            s_entry with { Schema = 0 },
            s_entry with { RecordedAt = s_entry.RecordedAt.AddMicroseconds(1) },
            s_entry with { Actor = "System" },
            s_entry with { Payload = default },
            s_entry with { Correlation = s_entry.EventId },
            s_entry with { Causation = s_entry.EventId },
            // A byte moved from one text to the next must not give the same leaf.
            s_entry with { Stream = "broadcast/üs", Type = "egment-sealed" },
        ];
        Assert.Equal(changed.Length + 1, changed.Append(s_entry).Select(static e => e.Leaf()).Distinct().Count());
    }

    [Fact]
    public void A_cut_or_lengthened_entry_is_refused()
    {
        var bytes = s_entry.Encode();
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(LedgerEntry.TryParse(bytes.AsSpan(0, length), out _));
        }

        Assert.False(LedgerEntry.TryParse([.. bytes, 0], out _));
        Assert.False(LedgerEntry.TryParse([2, .. bytes[1..]], out _));
        Assert.False(LedgerEntry.TryParse([3, .. bytes[1..]], out _));
        var caused = (s_entry with { Causation = s_entry.EventId }).Encode();
        for (var length = 0; length < caused.Length; length++)
        {
            Assert.False(LedgerEntry.TryParse(caused.AsSpan(0, length), out _));
        }

        Assert.False(LedgerEntry.TryParse([1, .. caused[1..]], out _));
    }

    [Fact]
    public void Whatever_is_read_is_written_to_the_same_bytes()
    {
        foreach (var entry in new[] { s_entry, s_entry with { Correlation = s_entry.EventId } })
        {
            Changed(entry.Encode());
        }
    }

    private static void Changed(byte[] bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            for (var value = 0; value < 256; value++)
            {
                var changed = bytes.ToArray();
                changed[i] = (byte)value;
                if (LedgerEntry.TryParse(changed, out var read))
                {
                    Assert.Equal(changed, read.Encode());
                }
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("line\nbreak")]
    [InlineData("nul\0")]
    public void A_text_that_cannot_stand_in_an_entry_is_not_written(string text)
        => Assert.Throws<InvalidOperationException>(() => (s_entry with { Stream = text }).Encode());

    [Fact]
    public void Half_a_surrogate_pair_is_not_written_as_something_else()
        => Assert.Throws<InvalidOperationException>(() => (s_entry with { Actor = "half \ud800" }).Encode());

    [Fact]
    public void An_entry_longer_than_a_bundle_can_hold_or_with_a_finer_clock_is_not_written()
    {
        Assert.Throws<InvalidOperationException>(() => (s_entry with { Stream = new('x', 65_500) }).Encode());
        Assert.Throws<InvalidOperationException>(() => (s_entry with { Stream = new('x', 70_000) }).Encode());
        Assert.Throws<InvalidOperationException>(() => (s_entry with { RecordedAt = DateTimeOffset.UnixEpoch.AddTicks(1) }).Encode());
        Assert.Throws<InvalidOperationException>(() => (s_entry with { RecordedAt = DateTimeOffset.UnixEpoch.AddTicks(-10) }).Encode());
        Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(20), LedgerEntry.Truncate(DateTimeOffset.UnixEpoch.AddTicks(29)));
    }

    [Fact]
    public void A_digest_hides_a_short_payload_behind_its_salt()
    {
        var salt = new byte[PayloadDigest.SaltLength];
        Assert.Equal(Sha256Hash.Of([.. salt, .. "{}"u8]).Value, PayloadDigest.Of(salt, "{}"u8).Value);
        Assert.NotEqual(PayloadDigest.Of(salt, "{}"u8), PayloadDigest.Of([1, .. salt[1..]], "{}"u8));
        Assert.Throws<ArgumentOutOfRangeException>(() => PayloadDigest.Of(salt.AsSpan(1), "{}"u8));
    }
}

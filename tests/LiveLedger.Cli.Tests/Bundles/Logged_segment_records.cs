using System.Text;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Bundles;
using LiveLedger.Media;
using LiveLedger.Transparency.Entries;

namespace LiveLedger.Cli.Bundles;

/// <summary>What the segment records in a bundle show, and that a record which is forged, missing, moved or too many is seen.</summary>
public sealed class Logged_segment_records : IDisposable
{
    private static readonly BroadcastId s_broadcast = BroadcastId.New(TimeProvider.System);

    private readonly SampleRecords _records = new(s_broadcast);

    [Fact]
    public void Every_record_is_signed_under_the_identity_and_follows_the_one_before()
    {
        var found = Take(Story(), _records.Identity.PublicKey);
        Assert.Null(found.Fault);
        Assert.Equal((6, 2, true, 0), (found.Count, found.Tracks, found.HasEnded, found.Missing));
        Assert.Equal(_records.Identity.PublicKey, found.Identity);

        var running = Take(Story()[..5]);
        Assert.Null(running.Fault);
        Assert.False(running.HasEnded);
    }

    [Fact]
    public void Records_that_the_log_has_not_got_yet_are_said_and_no_lie()
    {
        var story = Story();
        var found = Take([.. story.Where(static e => e.Stream != "segments/{0}/audio" || e.Version < 2)]);
        Assert.Null(found.Fault);
        Assert.Equal(1, found.Missing);
    }

    [Fact]
    public void Another_identity_a_forged_moved_or_missing_record_and_one_too_many_are_seen()
    {
        using var other = Ed25519PrivateKey.Generate();
        Assert.Contains("identity-mismatch", Take(Story(), other.PublicKey).Fault);

        // A record in another's place.
        AssertFault("record-wrong-slot", s => s[2] = s[2] with { Payload = s[3].Payload });
        AssertFault("record-wrong-slot", s => s[2] = s[2] with { Version = 1 });
        AssertFault("does not follow the one before it", s => s.RemoveAt(2));
        AssertFault("stands before any certificate", s => s.RemoveAt(1));
        AssertFault("is no segment-sealed", s => s[2] = s[2] with { Payload = "{}"u8.ToArray() });
        AssertFault("is no signer-certified", s => s[1] = s[1] with { Payload = "[]"u8.ToArray() });
        AssertFault("certificate does not hold", s => s[1] = s[1] with { Payload = "{\"certificate\":\"AAAA\"}"u8.ToArray() });
        AssertFault("does not hold: record-malformed", s => s[2] = s[2] with { Payload = "{\"record\":\"AAAA\"}"u8.ToArray() });
        AssertFault("the broadcast ended with 2 segments of track audio", s => s[^1] = s[^1] with { Payload = Text(s[^1], "\"track\":\"audio\",\"segments\":3", "\"track\":\"audio\",\"segments\":2") });
        AssertFault("the broadcast ended with 3 segments of track video", s => s[^1] = s[^1] with { Payload = Text(s[^1], "\"lastRecord\":\"", "\"lastRecord\":\"0") });
        AssertFault("ended without the track video", s => s[^1] = s[^1] with { Payload = Text(s[^1], "\"track\":\"video\"", "\"track\":\"vodeo\"") });

        // Signed by the session key of another.
        using var forger = new SampleRecords(s_broadcast);
        AssertFault("record-signature", s => s[2] = s[2] with { Payload = forger.Sealed("video") });

        void AssertFault(string fault, Action<List<Logged>> alter)
        {
            var story = Story();
            alter(story);
            Assert.Contains(fault, Take(story).Fault);
        }
    }

    [Fact]
    public void Handed_over_before_its_start_it_is_signed_for_by_the_new_owner_and_afterwards_by_nobody_else()
    {
        using var former = new SampleRecords(s_broadcast);
        var story = Story();
        story.InsertRange(1, [new("broadcast/{0}", 1, "signer-certified", former.Certified()), new("broadcast/{0}", 2, "broadcast-handed-over", "{}"u8.ToArray())]);
        Assert.Null(Take(story, _records.Identity.PublicKey).Fault);
        Assert.Contains("identity-mismatch", Take(story, former.Identity.PublicKey).Fault);

        // Without a hand-over the former owner's certificate stands in the way of whoever trusts the other alone.
        Assert.Contains("identity-mismatch", Take([.. story.Where(static e => e.Type != "broadcast-handed-over").Take(2)], _records.Identity.PublicKey).Fault);

        var late = Story();
        late.Insert(4, new("broadcast/{0}", 2, "broadcast-handed-over", "{}"u8.ToArray()));
        Assert.Null(Take(late, _records.Identity.PublicKey).Fault);
    }

    public void Dispose() => _records.Dispose();

    private static LoggedRecords Take(List<Logged> story, Ed25519PublicKey? pinned = null)
    {
        var found = new LoggedRecords(s_broadcast, pinned);
        foreach (var (stream, version, type, payload) in story)
        {
            found.Take(new()
            {
                EventId = Guid.NewGuid(),
                Stream = string.Format(null, stream, s_broadcast),
                StreamVersion = version,
                Type = type,
                Schema = 1,
                RecordedAt = DateTimeOffset.UnixEpoch,
                Actor = "system",
                Payload = PayloadDigest.Of(new byte[16], payload),
            }, payload);
        }

        found.End();
        return found;
    }

    private List<Logged> Story()
    {
        var story = new List<Logged> { new("broadcast/{0}", 0, "broadcast-created", "{}"u8.ToArray()), new("broadcast/{0}", 1, "signer-certified", _records.Certified()) };
        _records.BeginAgain();
        for (var i = 0UL; i < 3; i++)
        {
            story.Add(new("segments/{0}/video", i, "segment-sealed", _records.Sealed("video")));
            story.Add(new("segments/{0}/audio", i, "segment-sealed", _records.Sealed("audio")));
        }

        story.Add(new("broadcast/{0}", 2, "broadcast-ended", _records.Ended()));
        return story;
    }

    private static byte[] Text(Logged logged, string honest, string altered) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(logged.Payload).Replace(honest, altered, StringComparison.Ordinal));

    private sealed record Logged(string Stream, ulong Version, string Type, byte[] Payload);
}

using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Cryptography;
using LiveLedger.Harness;
using LiveLedger.Media;
using LiveLedger.Peering.Proofs;
using LiveLedger.Swarm.Tracker;

namespace LiveLedger.Swarm.Tests.Tracker;

/// <summary>The tracker reads and writes just what its page says; the player's own reader has the same vectors.</summary>
public sealed class TrackerMessagesTests
{
    private static readonly JsonObject s_vectors = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "tests", "Vectors", "tracker.json")))!.AsObject();

    public static TheoryData<string> Good => [.. s_vectors["fromPeer"]!["good"]!.AsArray().Select(static n => n!.ToJsonString())];

    public static TheoryData<string> Bad => [.. s_vectors["fromPeer"]!["bad"]!.AsArray().Select(static n => n!.GetValue<string>())];

    [Theory]
    [MemberData(nameof(Good))]
    public void What_is_within_its_bounds_is_read(string text)
    {
        var said = FromPeer.Read(Encoding.UTF8.GetBytes(text));
        var type = JsonNode.Parse(text)!["type"]!.GetValue<string>();
        Assert.Equal(type switch { "join" => typeof(Join), "renew" => typeof(Renew), "playing" => typeof(Playing), "signal" => typeof(Signal), "linked" => typeof(Linked), "unlink" => typeof(Unlink), "more" => typeof(More), "figures" => typeof(Figures), _ => typeof(Unknown) }, said!.GetType());
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_breaks_a_bound_is_not(string text) => Assert.Null(FromPeer.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void What_goes_out_is_what_the_player_reads()
    {
        Assert.True(PeerId.TryParse("BwcHBwcHBwcHBwcHBwcHBw", out var peer));
        TrackName.TryParse("0", out var track);
        byte[][] written =
        [
            ToPeer.Challenge(new Nonce(new Bytes32([.. Enumerable.Repeat((byte)9, 32)]))),
            ToPeer.Joined(peer, 3, 3, 16),
            ToPeer.Viewers(4),
            ToPeer.Introduce(peer, "viewer", offers: true, Nearness.Lan, origin: null),
            ToPeer.Introduce(peer, "relay", offers: true, Nearness.Far, "https://relay.example"),
            ToPeer.Signal(peer, "answer", "v=0"),
            ToPeer.Gone(peer),
            ToPeer.Stripe(new(default, track, 1, 42, 8), 3, 5),
            ToPeer.Limited(TimeSpan.FromSeconds(37.2)),
            ToPeer.Revoked("e30.e30.e30"),
            ToPeer.Refused("not-proved"),
        ];
        Assert.Equal(s_vectors["toPeer"]!.AsArray().Count, written.Length);
        Assert.All(written.Zip(s_vectors["toPeer"]!.AsArray()), static pair => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(pair.First), pair.Second), Encoding.UTF8.GetString(pair.First)));
    }
}

using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Harness;
using LiveLedger.Peering.Admissions;
using LiveLedger.Swarm.Tracker;

namespace LiveLedger.Fuzz.Targets;

/// <summary>What peers send the tracker: whatever is read of it is within its bounds.</summary>
internal static class TrackerMessageTarget
{
    public static FuzzTarget Create()
    {
        var vectors = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "tests", "Vectors", "tracker.json")))!["fromPeer"]!;
        return new("tracker-messages", [.. vectors["good"]!.AsArray().Select(static m => Encoding.UTF8.GetBytes(m!.ToJsonString()))], Read);
    }

    private static void Read(ReadOnlySpan<byte> input)
    {
        var isSound = FromPeer.Read(input) switch
        {
            Join join => join.Admission.Length is > 0 and <= AdmissionToken.MaxLength && join.Proof.Length == 64 && join.Tracks.Count <= 8,
            Renew renew => renew.Admission.Length is > 0 and <= AdmissionToken.MaxLength && renew.Proof.Length == 64,
            Playing playing => playing.Tracks.Count <= 8 && playing.Tracks.Distinct().Count() == playing.Tracks.Count,
            Signal signal => signal.Text.Length is > 0 and <= 8192 && signal.Kind is "offer" or "answer" or "candidate",
            Linked linked => linked.Rtt is null or (>= 0 and <= 60_000),
            Unlink unlink => unlink.Why.Length > 0,
            _ => true,
        };
        if (!isSound)
        {
            throw new FuzzException("a message out of its bounds");
        }
    }
}

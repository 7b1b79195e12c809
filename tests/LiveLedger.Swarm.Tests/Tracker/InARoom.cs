using System.Net;
using System.Text.Json.Nodes;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Swarm.Tracker;

namespace LiveLedger.Swarm.Tests.Tracker;

/// <summary>A room under a clock that a test moves on, and people for it.</summary>
public abstract class InARoom : IDisposable
{
    private protected readonly MovedClock _time = new();
    private protected readonly Ed25519PrivateKey _key = Ed25519PrivateKey.Generate();
    private protected readonly BroadcastId _broadcast = BroadcastId.New(TimeProvider.System);

    public void Dispose()
    {
        _key.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Admission AdmissionOf(int number) => new()
    {
        Issuer = "https://live.example",
        Id = "AAAAAAAAAAAAAAAAAAAAAA",
        Peer = new(new Bytes32([.. BitConverter.GetBytes(number), .. new byte[28]])),
        Key = _key.PublicKey,
        Broadcast = _broadcast,
        Role = PeerRole.Viewer,
        IssuedAt = _time.GetUtcNow(),
        ExpiresAt = _time.GetUtcNow() + Admission.LongestLife,
        Identity = _key.PublicKey,
        Tracker = new("wss://live.example/v1/swarm"),
    };

    // What is not done at once is done by now.
    private protected void Later(Room room)
    {
        _time.Advance(TimeSpan.FromSeconds(6));
        room.Tick();
    }

    private protected Seated Relay(string origin) => new(AdmissionOf(900_000_000) with { Role = PeerRole.Relay, Origin = origin }, new(IPAddress.Parse("198.51.100.1"), null));

    private protected Seated Seat(int number, string? address = null, IReadOnlyList<PeerPseudonym>? parted = null) => new(AdmissionOf(number), new(IPAddress.Parse(address ?? $"10.{(number >> 16) & 255}.{(number >> 8) & 255}.{number & 255}"), null), parted);

    /// <summary>A member, and what it was told.</summary>
    private protected sealed class Seated
    {
        private readonly List<byte[]> _told = [];

        public Seated(Admission admission, Place place, IReadOnlyList<PeerPseudonym>? parted = null) =>
            Member = new(PeerId.New(), admission, place, _told.Add) { Parted = parted ?? [], Dismiss = code => Dismissed = code };

        public Member Member { get; }

        public string? Dismissed { get; private set; }

        public List<JsonNode> Take()
        {
            var taken = _told.Select(static m => JsonNode.Parse(m)!).ToList();
            _told.Clear();
            return taken;
        }
    }
}

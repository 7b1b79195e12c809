using System.Buffers.Binary;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Reputation;

namespace LiveLedger.Peering.Tests.Reputation;

/// <summary>An event as the log has it.</summary>
internal readonly record struct LogLine(string Type, DateTimeOffset At, byte[] Payload);

/// <summary>Writes the log of one broadcast and its swarm, as the stages would. The same calls are the same log.</summary>
internal sealed class SwarmLog(int number = 1)
{
    private readonly Dictionary<int, Ed25519PrivateKey> _keys = [];
    private readonly Dictionary<string, uint> _sequences = [];
    private readonly Dictionary<(int, int, int), (uint Period, long Chunks)> _links = [];

    public BroadcastId Broadcast { get; } = new(new Guid(number, 0x7000, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 1]));

    public List<LogLine> Lines { get; } = [];

    public DateTimeOffset Now { get; set; } = DateTimeOffset.FromUnixTimeSeconds(1_790_000_040);

    public static PeerPseudonym Peer(int peer) => new(Number32(0x11, peer));

    public Ed25519PrivateKey Key(int peer, int page = 0)
    {
        if (!_keys.TryGetValue(peer * 100 + page, out var key))
        {
            _keys[peer * 100 + page] = key = Ed25519PrivateKey.FromSeed(Number32((byte)(0x20 + page), peer).ToArray());
        }

        return key;
    }

    public void Admit(int peer, string role = "viewer", int page = 0) => Add(
        "peer-admitted", $$"""{"broadcast":"{{Broadcast}}","peer":"{{Peer(peer)}}","key":"{{Url(Key(peer, page).PublicKey.Value.ToArray())}}","role":"{{role}}","private":false,"issuedAt":"{{Now:O}}","expiresAt":"{{Now.AddMinutes(10):O}}"}""");

    public SegmentName Segment(string track, int bytes)
    {
        var sequence = _sequences.GetValueOrDefault(track);
        _sequences[track] = sequence + 1;
        Add("segment-sealed", $$"""{"broadcast":"{{Broadcast}}","track":"{{track}}","epoch":1,"sequence":{{sequence}},"byteLength":{{bytes}},"recordHash":"00","record":"AA"}""");
        return new(Tag(track), 1, sequence);
    }

    public TrackTag Tag(string track) => TrackTag.Of(Broadcast, TrackName.TryParse(track, out var name) ? name : throw new ArgumentException(track));

    /// <summary>What a receiver says of a new period of its link with a sender.</summary>
    public SignedReceipt Receipt(int sender, int receiver, IEnumerable<(SegmentName Segment, int Chunks)> lines, int link = 0, uint? period = null, long more = 0)
    {
        var runs = RunsOf(lines);
        var (last, total) = _links.GetValueOrDefault((sender, receiver, link));
        total += runs.Sum(static r => r.Chunks.ToArray().Sum(static c => (long)c)) + more;
        _links[(sender, receiver, link)] = (period ?? last + 1, total);
        return SignedReceipt.Sign(
            new()
            {
                Broadcast = Broadcast,
                Sender = PeerKey.Of(Key(sender).PublicKey),
                Receiver = PeerKey.Of(Key(receiver).PublicKey),
                Link = new(LinkName(link, sender, receiver)),
                Period = period ?? last + 1,
                Number = 1,
                At = Now,
                TotalChunks = total,
                TotalBytes = total,
                Runs = runs,
            },
            Key(receiver));
    }

    public ReceiptBatch File(int sender, params IEnumerable<SignedReceipt> receipts)
    {
        var batch = ReceiptBatch.Sign(Broadcast, receipts, Key(sender));
        File(batch);
        return batch;
    }

    public void File(ReceiptBatch batch) => Add("receipts-filed", $$"""{"broadcast":"{{Broadcast}}","batch":"{{Url(batch.Bytes.ToArray())}}"}""");

    public void Fork(ReceiptFork fork) => Add(
        "receipt-forked", $$"""{"broadcast":"{{Broadcast}}","first":"{{Url(fork.First.Bytes.ToArray())}}","second":"{{Url(fork.Second.Bytes.ToArray())}}"}""");

    public void Say(string type, int peer) => Add(type, $$"""{"broadcast":"{{Broadcast}}","peer":"{{Peer(peer)}}","reason":"x"}""");

    /// <summary>An epoch of video and sound in segments of 4 s; their names with their chunks.</summary>
    public List<(SegmentName Segment, int Chunks)> Minute(int videoBytes = 500_000, int soundBytes = 40_000, List<(SegmentName Segment, int Chunks)>? otherRenditions = null)
    {
        var made = new List<(SegmentName, int)>();
        for (var n = 0; n < 15; n++)
        {
            made.Add((Segment("0", videoBytes), (videoBytes + 16383) / 16384));
            made.Add((Segment("1", soundBytes), (soundBytes + 16383) / 16384));
            otherRenditions?.Add((Segment("2", videoBytes), (videoBytes + 16383) / 16384));
            otherRenditions?.Add((Segment("3", videoBytes), (videoBytes + 16383) / 16384));
            Now = Now.AddSeconds(4);
        }

        return made;
    }

    public BroadcastReputation Count(ReputationOutcome? outcome = null) => Count(Lines, outcome);

    public BroadcastReputation Count(IEnumerable<LogLine> lines, ReputationOutcome? outcome = null)
    {
        var fold = new ReputationFold();
        var index = 0ul;
        foreach (var line in lines)
        {
            fold.Take(index++, line.Type, line.At, line.Payload, outcome is null ? null : _ => outcome);
        }

        return fold.Broadcasts[Broadcast];
    }

    private static List<ReceiptRun> RunsOf(IEnumerable<(SegmentName Segment, int Chunks)> lines)
    {
        var runs = new List<ReceiptRun>();
        foreach (var track in lines.Where(static l => l.Chunks > 0).GroupBy(static l => l.Segment.Track).OrderBy(static g => g.Key.Value))
        {
            var of = track.GroupBy(static l => l.Segment.Sequence).ToDictionary(static g => g.Key, static g => (ushort)Math.Min(4096, g.Sum(static l => l.Chunks)));
            var first = of.Keys.Min();
            runs.Add(new(track.Key, 1, first, Enumerable.Range(0, (int)(of.Keys.Max() - first) + 1).Select(n => of.GetValueOrDefault(first + (uint)n)).ToArray()));
        }

        return runs;
    }

    private void Add(string type, string payload) => Lines.Add(new(type, Now, Encoding.UTF8.GetBytes(payload)));

    private static string Url(byte[] bytes) => StrictBase64Url.Encode(bytes);

    private static Bytes32 LinkName(int link, int sender, int receiver)
    {
        var bytes = Number32((byte)(0x40 + link % 100), sender * 10_000 + receiver).ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), link / 100);
        return new(bytes);
    }

    private static Bytes32 Number32(byte kind, int number)
    {
        var bytes = new byte[32];
        bytes[0] = kind;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(28), number);
        return new(bytes);
    }
}

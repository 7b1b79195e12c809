using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LiveLedger.Media;
using LiveLedger.Peering.Reputation;

namespace LiveLedger.Swarm.Tracker;

/// <summary>
/// Who brings a new segment into the swarm: by rendezvous hashing under a salt that nobody outside knows and that changes each minute, so that no peer can choose to be a head, or
/// know who will be. Together the heads fetch one copy, a part each. Not thread-safe; its room's lock is held.
/// </summary>
internal sealed class Stripes(TimeProvider time)
{
    private const int MaxHeads = 8;

    // So many who have served before are enough without newcomers: a lone one would be all that a swarm hangs on.
    private const int EnoughKnown = 4;

    // Fewer chunks are not worth a request of their own.
    private const int MinChunks = 4;
    private static readonly TimeSpan s_epoch = TimeSpan.FromMinutes(1);

    private byte[] _salt = RandomNumberGenerator.GetBytes(32);
    private long _saltedAt = time.GetTimestamp();

    private readonly Dictionary<TrackName, (uint Epoch, uint Sequence)> _dealt = [];

    /// <summary>Deals a segment's chunks out to the heads among those who play its track.</summary>
    public void Deal(SealedNotice segment, IReadOnlyList<Member> members)
    {
        // By its own process, and once more from the log; and never one that is behind what was dealt.
        if (_dealt.TryGetValue(segment.Track, out var last) && (segment.Epoch, segment.Sequence).CompareTo(last) <= 0)
        {
            return;
        }

        _dealt[segment.Track] = (segment.Epoch, segment.Sequence);
        if (time.GetElapsedTime(_saltedAt) >= s_epoch)
        {
            (_salt, _saltedAt) = (RandomNumberGenerator.GetBytes(32), time.GetTimestamp());
        }

        var heads = Choose(segment, members);
        for (var n = 0; n < heads.Count; n++)
        {
            var (first, end) = (segment.Chunks * n / heads.Count, segment.Chunks * (n + 1) / heads.Count);
            heads[n].Send(ToPeer.Stripe(segment, first, end - first));
        }
    }

    /// <summary>One without neighbours would fetch for itself alone, and one that sends nothing too.</summary>
    public static bool CanBeHead(Member member) => member.Links > 0 && member.IsSharing && member.Admission.UploadLimit != 0;

    private List<Member> Choose(SealedNotice segment, IReadOnlyList<Member> members)
    {
        var most = Math.Clamp(segment.Chunks / MinChunks, 1, MaxHeads);
        // Newcomers only where there are not enough others; of equals the proven first.
        var heads = new PriorityQueue<Member, (bool IsKnown, bool IsSteady, bool IsProven, ulong Lot)>(most + 1);
        var known = 0;
        Span<byte> text = stackalloc byte[32 + 4 + 16 + Encoding.UTF8.GetMaxByteCount(segment.Track.Value.Length)];
        _salt.CopyTo(text);
        BinaryPrimitives.WriteUInt32BigEndian(text[32..], segment.Sequence);
        var length = 52 + Encoding.UTF8.GetBytes(segment.Track.Value, text[52..]);
        Span<byte> hash = stackalloc byte[32];
        foreach (var member in members)
        {
            if (!CanBeHead(member) || !member.Tracks.Contains(segment.Track))
            {
                continue;
            }

            member.Id.CopyTo(text[36..]);
            SHA256.HashData(text[..length], hash);
            var band = BandOf(member);
            known += band != Band.New ? 1 : 0;
            heads.Enqueue(member, (band != Band.New, member.IsSteady, band == Band.Proven, BinaryPrimitives.ReadUInt64BigEndian(hash)));
            if (heads.Count > most)
            {
                heads.Dequeue();
            }
        }

        var chosen = heads.UnorderedItems.Select(static h => h.Element);
        return [.. known >= Math.Min(most, EnoughKnown) ? chosen.Where(static m => BandOf(m) != Band.New) : chosen];
    }

    // A relay is its operator's, who granted it.
    private static Band BandOf(Member member) => member.IsViewer ? member.Admission.Band : Band.Proven;
}

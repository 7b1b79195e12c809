using LiveLedger.Media.Chunks;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Receipts;

namespace LiveLedger.Peering.Reputation;

/// <summary>A key that was admitted.</summary>
/// <param name="Peer">For whom it may act.</param>
/// <param name="Role">As what.</param>
/// <param name="Until">Until when, ms.</param>
internal readonly record struct AdmittedKey(PeerPseudonym Peer, PeerRole Role, long Until);

/// <summary>
/// The standings of one broadcast: a function of its events in the log's order and of nothing else. Its clock is the latest time that any of these events has, so it never
/// goes back, whichever server's clock does, and goes forward by ten minutes at once at most. Says nothing of signatures: whoever logs a batch, and whoever audits, checks them.
/// </summary>
public sealed class BroadcastReputation
{
    // Of Links, by receiver.
    private readonly Dictionary<PeerKey, int> _linksOf = [];

    internal Dictionary<PeerKey, AdmittedKey> Keys { get; } = [];

    internal Dictionary<PeerPseudonym, PeerCounts> Peers { get; } = [];

    internal Dictionary<TrackTag, LoggedTrack> Tracks { get; } = [];

    internal Dictionary<PeerPseudonym, ReceiverCredit> Receivers { get; } = [];

    internal Dictionary<(PeerKey Receiver, LinkId Link), CountedLink> Links { get; } = [];

    /// <summary>The time that the broadcast's events have come to, Unix ms.</summary>
    public long Time { get; internal set; }

    /// <summary>Index of the last of its events.</summary>
    public ulong Index { get; internal set; }

    /// <summary>The swarm's epoch.</summary>
    public long Epoch => Time / Formula.EpochLength;

    /// <summary>Everybody who has a standing, as of now.</summary>
    public IEnumerable<(PeerPseudonym Peer, Standing Standing)> Standings => Peers.Select(p => (p.Key, p.Value.Standing.At(Epoch)));

    /// <summary>A peer's standing as of now; a newcomer's for who is not known.</summary>
    public Standing Of(PeerPseudonym peer) => Peers.TryGetValue(peer, out var counts) ? counts.Standing.At(Epoch) : Standing.Newcomer;

    /// <summary>A peer's standing as it was last changed, without the decay since.</summary>
    public Standing Counted(PeerPseudonym peer) => Peers.TryGetValue(peer, out var counts) ? counts.Standing : Standing.Newcomer;

    /// <summary>Takes the broadcast's next event.</summary>
    /// <param name="index">Its place in the log.</param>
    /// <param name="recordedAt">Its time.</param>
    /// <param name="input">What it says.</param>
    /// <param name="outcome">Told what changed; null for nobody.</param>
    public void Take(ulong index, DateTimeOffset recordedAt, ReputationInput.OfBroadcast input, ReputationOutcome? outcome)
    {
        var epoch = Epoch;
        (Index, Time) = (index, TimeAfter(Math.Max(0, recordedAt.ToUnixTimeMilliseconds())));
        if (Epoch > epoch)
        {
            Forget();
        }

        switch (input)
        {
            case ReputationInput.SegmentLogged segment:
                Log(segment);
                break;
            case ReputationInput.KeyAdmitted admitted:
                Admit(admitted, outcome);
                break;
            case ReputationInput.ReceiptsFiled filed:
                HandIn(filed.Batch, outcome);
                break;
            case ReputationInput.ReceiptForked forked:
                Punish(forked.Fork, outcome);
                break;
            case ReputationInput.PeerConvicted convicted:
                Change(convicted.Peer, static s => s with { IsConvicted = true, Convictions = s.Convictions + 1 }, outcome);
                break;
            case ReputationInput.PeerPardoned pardoned when Of(pardoned.Peer).IsConvicted:
                CountsOf(pardoned.Peer).Punish(Formula.PardonPenalty, Epoch);
                Change(pardoned.Peer, static s => s with { IsConvicted = false }, outcome);
                break;
            case ReputationInput.BanChanged ban:
                Change(ban.Peer, s => s with { IsBanned = ban.IsBanned }, outcome);
                break;
        }
    }

    // Never back; and forward a step at a time, so that one server whose clock is far ahead does not carry the broadcast to where its clock is.
    private long TimeAfter(long recordedAt) => Time == 0 ? recordedAt : Math.Max(Time, Math.Min(recordedAt, Time + Formula.LongestStep));

    private void Log(ReputationInput.SegmentLogged logged)
    {
        var (tag, run, sequence) = logged.Segment;
        if (!Tracks.TryGetValue(tag, out var track))
        {
            Tracks[tag] = track = new();
        }

        track.Add(new(sequence, run, logged.ByteLength, Time));
    }

    private void Admit(ReputationInput.KeyAdmitted admitted, ReputationOutcome? outcome)
    {
        // One key is one peer's for good: whoever had it first.
        if (Keys.TryGetValue(admitted.Key, out var known) && known.Peer != admitted.Peer)
        {
            return;
        }

        Keys[admitted.Key] = new(admitted.Peer, admitted.Role, admitted.Until.ToUnixTimeMilliseconds());
        outcome?.Admitted.Add(admitted);
        if (!Peers.ContainsKey(admitted.Peer))
        {
            Change(admitted.Peer, static s => s, outcome);
        }
    }

    private void HandIn(ReceiptBatch batch, ReputationOutcome? outcome)
    {
        if (!Keys.TryGetValue(batch.Sender, out var sender))
        {
            return;
        }

        foreach (var signed in batch.Receipts)
        {
            var receipt = signed.Receipt;
            if (!Keys.TryGetValue(receipt.Receiver, out var receiver) || receiver.Role != PeerRole.Viewer || receiver.Peer == sender.Peer)
            {
                continue;
            }

            if (LinkOf(receipt) is not { } link)
            {
                continue;
            }

            link.At = Time;
            if (!link.IsForked && link.ForkWith(signed) is { } fork)
            {
                link.IsForked = true;
                outcome?.Found.Add(fork);
            }

            // A period counts once, and none after a newer one.
            if (link.IsForked || receipt.Period <= link.Period)
            {
                continue;
            }

            link.Period = receipt.Period;
            link.Remember(signed);
            // What brings nothing makes nobody a backer.
            if (Credit(receipt, receiver.Peer) is (var share, > 0 and var bytes))
            {
                CountsOf(sender.Peer).Credit(receiver.Peer, share, bytes, Epoch);
                Change(sender.Peer, static s => s, outcome);
            }
        }
    }

    private (long Share, long Bytes) Credit(Receipt receipt, PeerPseudonym receiver)
    {
        if (!Receivers.TryGetValue(receiver, out var credit))
        {
            Receivers[receiver] = credit = new();
        }

        credit.At = Time;
        var (share, bytes) = (0L, 0L);
        foreach (var run in receipt.Runs)
        {
            if (!Tracks.TryGetValue(run.Track, out var track))
            {
                continue;
            }

            var credited = credit.Of(run.Track);
            for (var n = 0; n < run.Chunks.Length; n++)
            {
                if (!track.TryFind(run.First + (uint)n, run.Epoch, out var segment) || Time - segment.At > Formula.CountedFor)
                {
                    continue;
                }

                var (before, added) = credited.Credit(segment.Sequence, run.Chunks.Span[n], ChunkTree.CountFor(segment.ByteLength));
                var good = Formula.BytesOf(before + added, segment.ByteLength) - Formula.BytesOf(before, segment.ByteLength);
                var epoch = segment.At / Formula.EpochLength;
                bytes += good;
                share += credit.Give(epoch, good * Formula.One / WholeOf(epoch));
            }
        }

        return (share, bytes);
    }

    // One viewer's whole stream in an epoch: the largest track, and a quarter for sound and for scenes that are hard to code.
    private long WholeOf(long epoch)
    {
        var largest = 0L;
        foreach (var track in Tracks.Values)
        {
            largest = Math.Max(largest, Math.Max(track.Bytes.Of(epoch), epoch > 0 ? track.Bytes.Of(epoch - 1) : 0));
        }

        return Math.Max(Formula.LeastWhole, largest + largest / 4);
    }

    private void Punish(ReceiptFork fork, ReputationOutcome? outcome)
    {
        if (LinkOf(fork.First.Receipt) is not { IsPunished: false } link)
        {
            return;
        }

        (link.IsForked, link.IsPunished, link.At) = (true, true, Time);
        // Every receipt that is logged is in a batch of its sender's: who is sender of both has signed both.
        PeerKey[] guilty = fork.First.Receipt.Sender == fork.Second.Receipt.Sender ? [fork.Receiver, fork.First.Receipt.Sender] : [fork.Receiver];
        foreach (var key in guilty)
        {
            if (Keys.TryGetValue(key, out var known))
            {
                CountsOf(known.Peer).Punish(Formula.ForkPenalty, Epoch);
                Change(known.Peer, static s => s with { Forks = s.Forks + 1 }, outcome);
            }
        }
    }

    private void Change(PeerPseudonym peer, Func<Standing, Standing> change, ReputationOutcome? outcome)
    {
        var counts = CountsOf(peer);
        counts.Standing = change(counts.Standing.At(Epoch)) with { Index = Index };
        outcome?.Changed.Add(peer);
    }

    private PeerCounts CountsOf(PeerPseudonym peer)
    {
        if (!Peers.TryGetValue(peer, out var counts))
        {
            Peers[peer] = counts = new();
        }

        return counts;
    }

    // Null for one link more than a receiver's key has: names of links cost nothing to invent, and each is remembered for an hour.
    private CountedLink? LinkOf(Receipt receipt)
    {
        if (Links.TryGetValue((receipt.Receiver, receipt.Link), out var link))
        {
            return link;
        }

        var count = _linksOf.GetValueOrDefault(receipt.Receiver);
        if (count >= Formula.LinksOfKey)
        {
            return null;
        }

        _linksOf[receipt.Receiver] = count + 1;
        return Links[(receipt.Receiver, receipt.Link)] = new();
    }

    /// <summary>After <see cref="Links"/> was read back.</summary>
    internal void CountLinks()
    {
        _linksOf.Clear();
        foreach (var (receiver, _) in Links.Keys)
        {
            _linksOf[receiver] = _linksOf.GetValueOrDefault(receiver) + 1;
        }
    }

    // What could not count again is not remembered. Each is looked at by itself, so the order in which they lie changes nothing.
    private void Forget()
    {
        Remove(Keys, key => key.Until + Formula.RememberedFor < Time);
        Remove(Links, link => link.At + Formula.RememberedFor < Time);
        Remove(Receivers, receiver => receiver.At + Formula.RememberedFor < Time);
        CountLinks();

        static void Remove<TKey, TValue>(Dictionary<TKey, TValue> from, Func<TValue, bool> isOver) where TKey : notnull
        {
            foreach (var (key, value) in from)
            {
                if (isOver(value))
                {
                    from.Remove(key);
                }
            }
        }
    }
}

/// <summary>Gathers what came of events.</summary>
public sealed class ReputationOutcome
{
    /// <summary>Peers whose standing has changed, or is new.</summary>
    public HashSet<PeerPseudonym> Changed { get; } = [];

    /// <summary>Keys that were admitted.</summary>
    public List<ReputationInput.KeyAdmitted> Admitted { get; } = [];

    /// <summary>Forks that are in the log and that nobody had named before.</summary>
    public List<ReceiptFork> Found { get; } = [];
}

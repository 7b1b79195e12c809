using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Reputation;
using LiveLedger.Peering.Tests.Reputation;
using LiveLedger.Relay.Service;

namespace LiveLedger.Faults.Attacks.Standing;

/// <summary>Getting rid of a bad name, and giving one to others.</summary>
public sealed class Names_and_blame(AttackTable table)
{
    private const int Peers = 50;
    private const int Colluders = 20;

    [Fact]
    public void A_new_key_of_the_same_right_has_the_old_name()
    {
        Band Returns(bool asSomebodyElse)
        {
            var log = new SwarmLog();
            Enumerable.Range(0, 6).ToList().ForEach(p => log.Admit(p));
            log.Say("peer-convicted", 0);
            log.Now = log.Now.AddHours(2);
            log.Minute();
            log.Admit(asSomebodyElse ? 7 : 0, page: 1);
            return log.Count().Of(SwarmLog.Peer(asSomebodyElse ? 7 : 0)).Band;
        }

        var (same, other) = (Returns(asSomebodyElse: false), Returns(asSomebodyElse: true));
        table.Keep(new("whitewash: a new key two hours later", null, "may serve again (1: yes)", same == Band.Banned ? 0 : 1, 0, Bands.TextOf(same)));
        table.Keep(new("whitewash: a new key two hours later", "names keys, not rights", "may serve again (1: yes)", other == Band.Banned ? 0 : 1, 0, $"{Bands.TextOf(other)}: what another licence costs"));
        Assert.Equal((Band.Banned, Band.New), (same, other));
    }

    [Fact]
    public void Four_of_ten_who_collude_take_nothing_from_anybody_honest()
    {
        var (before, framed, careless) = (Swarm(Blame.None), Swarm(Blame.Checked), Swarm(Blame.Believed));
        int Harmed(BroadcastReputation counted) => Enumerable.Range(Colluders, Peers - Colluders).Count(p =>
            counted.Of(SwarmLog.Peer(p)) is var s && (s.Bad > 0 || s.Forks > 0 || s.IsConvicted || s.Score < before.Of(SwarmLog.Peer(p)).Score));

        table.Keep(new("framing by 40 % colluders", null, "honest peers with a worse standing", Harmed(framed), Harmed(framed), "who is given two that contradict one another signs for the first"));
        table.Keep(new("framing by 40 % colluders", "signs and logs what it is given", "honest peers with a worse standing", Harmed(careless), Harmed(careless), ""));
        Assert.Equal(0, Harmed(framed));
        Assert.True(Harmed(careless) > (Peers - Colluders) / 2);
    }

    private enum Blame
    {
        None,
        Checked,
        Believed,
    }

    // Colluders give each honest sender receipts that contradict one another, and hand in receipts in the names of honest receivers.
    private static BroadcastReputation Swarm(Blame blame)
    {
        var log = new SwarmLog();
        for (var minute = 0; minute < 4; minute++)
        {
            Enumerable.Range(0, Peers).ToList().ForEach(p => log.Admit(p));
            var made = log.Minute(videoBytes: 300_000);
            for (var receiver = 0; receiver < Peers; receiver++)
            {
                var sender = Colluders + (receiver + 1 + minute) % (Peers - Colluders);
                if (sender == receiver)
                {
                    continue;
                }

                var receipt = log.Receipt(sender, receiver, made);
                var account = AccountOf(log, receipt, made);
                Hand(log, account, receipt, blame);
                if (blame == Blame.None || receiver >= Colluders)
                {
                    continue;
                }

                // Another one of the same number, which says more bytes.
                var contradicting = SignedReceipt.Sign(receipt.Receipt with { TotalBytes = receipt.Receipt.TotalBytes + 1 }, log.Key(receiver));
                Hand(log, account, contradicting, blame);
                // And one as if an honest receiver had signed it, for the colluder itself.
                var named = Colluders + receiver % (Peers - Colluders);
                Forge(log, receiver, named, made, blame);
            }
        }

        var outcome = new ReputationOutcome();
        log.Count(outcome);
        foreach (var fork in outcome.Found)
        {
            if (blame == Blame.Believed || Enumerable.Range(0, Peers).Any(p => PeerKey.Of(log.Key(p).PublicKey) == fork.Receiver && fork.Verify(log.Key(p).PublicKey)))
            {
                log.Fork(fork);
            }
        }

        return log.Count();
    }

    // What the sender's own books say that it gave on that link.
    private static LinkAccount AccountOf(SwarmLog log, SignedReceipt receipt, IEnumerable<(Peering.Messages.SegmentName Segment, int Chunks)> made)
    {
        var account = new LinkAccount(log.Broadcast, KeyOf(log, receipt.Receipt.Sender), KeyOf(log, receipt.Receipt.Receiver), receipt.Receipt.Link, static _ => { }, TimeProvider.System);
        foreach (var (segment, chunks) in made)
        {
            account.Sent(segment, 0, chunks, chunks * 16_384);
        }

        return account;
    }

    // A sender hands in what its books take: what contradicts what it was given before would be its own guilt.
    private static void Hand(SwarmLog log, LinkAccount account, SignedReceipt receipt, Blame blame)
    {
        if (account.TryTake(receipt.Bytes.Span) || blame == Blame.Believed)
        {
            log.File(Enumerable.Range(0, Peers).First(p => receipt.Receipt.Sender.Is(log.Key(p).PublicKey)), receipt);
        }
    }

    private static Ed25519PublicKey KeyOf(SwarmLog log, PeerKey key) => Enumerable.Range(0, Peers).Select(p => log.Key(p).PublicKey).First(key.Is);

    // The server checks each receipt's signature by the key that it names before it logs the batch.
    private static void Forge(SwarmLog log, int forger, int named, IEnumerable<(Peering.Messages.SegmentName Segment, int Chunks)> made, Blame blame)
    {
        var honest = log.Receipt(forger, named, made, link: 3, period: 9, more: 10).Receipt;
        foreach (var total in (long[])[honest.TotalChunks, honest.TotalChunks - 1])
        {
            var bytes = SignedReceipt.Sign(honest with { Receiver = PeerKey.Of(log.Key(forger, 1).PublicKey), TotalChunks = total }, log.Key(forger, 1)).Bytes.ToArray();
            // The name is put over the forger's, whose signature stays.
            log.Key(named).PublicKey.Value.CopyTo(bytes.AsSpan(16 + 32, 32));
            Assert.True(SignedReceipt.TryRead(bytes, out var forged));
            if (blame == Blame.Believed || forged.Verify(log.Key(named).PublicKey))
            {
                log.File(forger, forged);
            }
        }
    }
}

using LiveLedger.Cryptography;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;

namespace LiveLedger.Peering.Staying;

/// <summary>How the odds of leaving fall with age in a simulated history.</summary>
public enum AgeShape
{
    /// <summary>With the logarithm of age, as a model has it.</summary>
    Falling,

    /// <summary>High in the first three minutes, and even afterwards.</summary>
    FirstMinutes,

    /// <summary>Two kinds of people whom nothing tells apart: those who look in, and those who stay.</summary>
    TwoKinds,
}

/// <summary>What makes people leave in a simulated history, beside their age: factors of the odds.</summary>
/// <param name="NotSharing">Of who sends nothing at the moment, e.g. from a hidden page.</param>
/// <param name="Still">While there are no segments.</param>
/// <param name="RoundTrip">For each e-fold of the round trip.</param>
/// <param name="Visits">For each e-fold of 1 + earlier visits.</param>
public readonly record struct LeavingOdds(double NotSharing, double Still, double RoundTrip, double Visits)
{
    /// <summary>Nothing but age.</summary>
    public static LeavingOdds AgeOnly { get; } = new(1, 1, 1, 1);

    /// <summary>What <c>swarm train --simulated</c> shows: a page that is hidden leaves three times as easily, an interruption drives people away, far lines are worse, regulars stay.</summary>
    public static LeavingOdds Injected { get; } = new(3, 2.5, 1.6, 0.45);
}

/// <summary>
/// History that nobody lived: broadcasts of 90 minutes with an interruption, people who come and go by known odds, their looks as a tracker writes them down. To see that a learner finds
/// what is there, and nothing where nothing is.
/// </summary>
/// <param name="seed">The same seed makes the same history.</param>
/// <param name="odds">What makes people leave.</param>
/// <param name="shape">How leaving depends on age.</param>
public sealed class SimulatedHistory(int seed, LeavingOdds odds, AgeShape shape = AgeShape.Falling)
{
    private const int Minutes = 90;
    private const int StillFrom = 42;
    private const int StillUntil = 52;

    // 1 January 2026.
    private const long Start = 1_767_225_600_000;

    private readonly Random _random = new(seed);

    /// <summary>Looks of so many broadcasts, one each six hours and a quarter, so that they are at all hours.</summary>
    public IEnumerable<(BroadcastId Broadcast, Look Look)> Broadcasts(int count, double arrivalsEachMinute = 6)
    {
        for (var n = 0; n < count; n++)
        {
            var id = new byte[16];
            _random.NextBytes(id);
            // A UUID of version 7, as all broadcasts have.
            (id[6], id[8]) = ((byte)(0x70 | (id[6] & 0x0f)), (byte)(0x80 | (id[8] & 0x3f)));
            var broadcast = new BroadcastId(new Guid(id, bigEndian: true));
            foreach (var look in Play(Start + n * 22_500_000L, arrivalsEachMinute))
            {
                yield return (broadcast, look);
            }
        }
    }

    private List<Look> Play(long start, double arrivals)
    {
        var (looks, there, before) = (new List<Look>(), new List<Person>(), 0);
        for (var minute = 0; minute < Minutes; minute++)
        {
            // Most come at the beginning.
            for (var comes = Poisson(arrivals * (minute < 10 ? 3 : 1)); comes > 0; comes--)
            {
                there.Add(Come(start + minute * 60_000L + _random.Next(60_000)));
            }

            var (viewers, slope) = (there.Count, Math.Clamp((there.Count - before) / (double)Math.Max(before, 10), -1, 1));
            before = viewers;
            foreach (var person in there)
            {
                looks.Add(Live(person, start, minute, viewers, slope));
            }

            there.RemoveAll(static p => p.HasLeft);
        }

        return looks;
    }

    private Look Live(Person person, long start, int minute, int viewers, double slope)
    {
        person.IsSharing = _random.NextDouble() < (person.IsSharing ? 0.93 : 0.25);
        person.Links = Math.Clamp(person.Links + _random.Next(-1, 3), 1, 9);
        person.Stalls += _random.NextDouble() < 0.05 ? 1 : 0;
        var at = person.JoinedAt + person.Looks++ * 60_000L;
        var facts = new StayFacts
        {
            At = at,
            JoinedAt = person.JoinedAt,
            Links = person.Links,
            Rtt = person.Looks > 1 || person.Rtt < 20 ? person.Rtt : null,
            IsSharing = person.IsSharing,
            HasRegion = person.HasRegion,
            Visits = person.Visits,
            Stalls = person.Stalls,
            Sent = person.Sent,
            Viewers = viewers,
            Slope = slope,
            Phase = minute is >= StillFrom and < StillUntil ? StreamPhase.Still : at - start < 300_000 ? StreamPhase.Opening : StreamPhase.Running,
        };
        var left = _random.NextDouble() < LeavingFit.Sigmoid(LogOddsOf(facts, person));
        person.HasLeft = left;
        var seconds = left ? 1 + _random.Next(59) : Look.Length;
        var sent = facts.IsSharing ? (long)(person.Uplink * seconds * Math.Exp(0.4 * Normal()) * facts.Links / 6) : 0;
        person.Sent += sent;
        // One in fifty is not seen to the end of the minute.
        return !left && _random.Next(50) == 0
            ? new(person.Peer, PeerRole.Viewer, facts, _random.Next(60), false, sent / 2, 100_000L * seconds)
            : new(person.Peer, PeerRole.Viewer, facts, seconds, left, sent, 200_000L * seconds);
    }

    private double LogOddsOf(in StayFacts facts, Person person)
    {
        var byAge = shape switch
        {
            AgeShape.Falling => -0.6 - 0.42 * Math.Log(1 + facts.Age),
            AgeShape.FirstMinutes => facts.Age < 180 ? -1.4 : -3.2,
            _ => person.LooksIn ? -0.8 : -4,
        };
        return byAge + (facts.IsSharing ? 0 : Math.Log(odds.NotSharing)) + (facts.Phase == StreamPhase.Still ? Math.Log(odds.Still) : 0)
            + (facts.Rtt is { } rtt ? Math.Log(odds.RoundTrip) * (Math.Log(1 + rtt) - 4) : 0) + Math.Log(odds.Visits) * Math.Log(1 + facts.Visits);
    }

    private Person Come(long at)
    {
        var id = new byte[Bytes32.Length];
        _random.NextBytes(id);
        return new(new(new Bytes32(id)), at)
        {
            IsSharing = _random.NextDouble() < 0.8,
            Rtt = Math.Round(Math.Exp(4 + 0.8 * Normal()), 1),
            Visits = _random.NextDouble() < 0.6 ? 0 : 1 + Poisson(1.5),
            HasRegion = _random.NextDouble() < 0.7,
            LooksIn = _random.NextDouble() < 0.5,
            Uplink = 60_000 * Math.Exp(0.9 * Normal()),
        };
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    private int Poisson(double mean)
    {
        var (limit, product, count) = (Math.Exp(-mean), _random.NextDouble(), 0);
        while (product > limit)
        {
            product *= _random.NextDouble();
            count++;
        }

        return count;
    }

    private sealed class Person(PeerPseudonym peer, long joinedAt)
    {
        public PeerPseudonym Peer => peer;

        public long JoinedAt => joinedAt;

        public bool IsSharing { get; set; }

        public int Links { get; set; } = 2;

        public int Looks { get; set; }

        public long Stalls { get; set; }

        public long Sent { get; set; }

        public bool HasLeft { get; set; }

        public double Rtt { get; init; }

        public int Visits { get; init; }

        public bool HasRegion { get; init; }

        public bool LooksIn { get; init; }

        public double Uplink { get; init; }
    }
}

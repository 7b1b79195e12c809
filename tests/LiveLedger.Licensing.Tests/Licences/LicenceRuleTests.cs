using LiveLedger.Harness;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Licences;
using LiveLedger.Licensing.Offers;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Tests.Licences;

public sealed class LicenceRuleTests
{
    public static TheoryData<int> Rows => [.. Enumerable.Range(0, LicenceTable.Rows.Count)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_row_of_the_table_holds(int index)
    {
        var row = LicenceTable.Rows[index];
        var decision = LicenceRule.Decide(row.Terms, row.Facts);

        Assert.True(row.Reason == decision.Reason, $"{row.Field}, {row.Case}: {decision.Reason}");
        Assert.Equal(decision.IsGranted ? row.Given ?? row.Facts.Asked : [], decision.Given);
        Assert.Equal(row.RetryAt?.ToUnixTimeMilliseconds(), decision.RetryAt?.ToUnixTimeMilliseconds());
        Assert.Equal(row.Drops ?? [], decision.Drops);
    }

    [Fact]
    public void The_page_shows_the_table()
    {
        var expected = string.Join('\n', LicenceTable.Rows.Select(static row => row.Line));
        var page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "licensing.md"));
        Assert.True(page.Contains(expected, StringComparison.Ordinal), $"docs/licensing.md needs these rows:\n{expected}");
    }

    [Fact]
    public void Every_reason_has_a_row_and_a_code_of_its_own()
    {
        Assert.Equal(Enum.GetValues<LicenceReason>().Order(), LicenceTable.Rows.Select(static row => row.Reason).Distinct().Order());
        Assert.Equal(Enum.GetValues<LicenceReason>().Length, Enum.GetValues<LicenceReason>().Select(LicenceReasons.Code).Distinct().Count());
        Assert.Equal("key-not-of-broadcast", LicenceReason.KeyNotOfBroadcast.Code());
    }

    [Fact]
    public void Until_is_what_ends_first_of_the_window_and_the_duration()
    {
        var facts = LicenceTable.Rows.First(static row => row.Reason == LicenceReason.Granted).Facts;
        DateTimeOffset? Until(DateTimeOffset? window, TimeSpan? duration, DateTimeOffset? first) =>
            LicenceRule.Decide(new() { Viewing = new(null, window), PlaybackDuration = duration }, facts with { FirstPlayedAt = first }).Until;

        var (hour, now) = (TimeSpan.FromHours(1), facts.Now);
        Assert.Null(Until(null, null, null));
        Assert.Equal(now + hour, Until(now + hour, null, null));
        Assert.Equal(now + hour, Until(now + 2 * hour, hour, null));
        Assert.Equal(now + hour / 2, Until(now + 2 * hour, hour, now - hour / 2));
        Assert.Equal(now + hour, Until(now + hour, 2 * hour, null));
    }

    [Fact]
    public void Terms_and_facts_by_chance_never_give_a_key_that_was_not_asked_for_or_that_a_term_forbids()
    {
        var random = new Random(4);
        var granted = 0;
        for (var n = 0; n < 200_000; n++)
        {
            var (terms, facts) = (Terms(random), Facts(random));
            var decision = LicenceRule.Decide(terms, facts);
            if (!decision.IsGranted)
            {
                Assert.Empty(decision.Given);
                Assert.Empty(decision.Drops);
                continue;
            }

            granted++;
            Assert.NotEmpty(decision.Given);
            Assert.All(decision.Given, key =>
            {
                Assert.Contains(key, facts.Asked);
                Assert.True(key.Use!.Value.Class <= terms.MaxTier);
                Assert.True(facts.Phase == BroadcastPhase.Ended ? terms.Vod : IsBehind(facts, key) ? terms.Dvr : terms.Live);
                Assert.True(facts.Phase == BroadcastPhase.Ended || key.From is not { } from || facts.Now >= from);
                // Never earlier than half a period before it begins.
                Assert.True(facts.Phase == BroadcastPhase.Ended || key.From is not null || key.Use.Value.CryptoPeriod == 0
                    || facts.Edge!.Value.EndSeconds + (facts.Now - facts.Edge.Value.At).TotalSeconds >= facts.KeyPeriod.StartOf(key.Use.Value.CryptoPeriod) - facts.KeyPeriod.Seconds / 2.0 - 0.001);
            });
            Assert.Equal(Standing.Entitled, facts.Standing);
            Assert.Contains(facts.Phase, (BroadcastPhase?[])[BroadcastPhase.Live, BroadcastPhase.Ended]);
            Assert.All(facts.Asked, static key => Assert.NotNull(key.Use));
            Assert.False(terms.Viewing.IsAhead(facts.Now) || terms.Viewing.IsOver(facts.Now));
            Assert.True(facts.IsOpen || terms.MaxPlaybacks is not { } most || facts.Others.Count - decision.Drops.Count < most);
            Assert.False(terms.ReplayProtection && facts.Freshness != Freshness.Fresh);
            Assert.True(terms.Regions.Allows ? terms.Regions.Regions.Contains(facts.Region) : !terms.Regions.Regions.Contains(facts.Region));
            Assert.True(facts.IsOpen || terms.MaxDevices is not { } devices || facts.Device is { } device && (facts.Devices.Contains(device) || facts.Devices.Count < devices));
            Assert.True(facts.FirstPlayedAt is not null || terms.Rental is not { } rental || facts.Now < facts.GrantedAt + rental);
            Assert.True(facts.FirstPlayedAt is not { } played || terms.PlaybackDuration is not { } duration || facts.Now < played + duration);
            Assert.True(facts.DroppedAt is not { } dropped || facts.Now < dropped + terms.DropGrace);
            Assert.True(decision.Until is null || decision.Until > facts.Now);
        }

        Assert.InRange(granted, 2_000, 190_000);
    }

    [Fact]
    public void A_playback_that_could_not_be_given_keys_does_not_go_on_by_a_heartbeat_either()
    {
        foreach (var row in LicenceTable.Rows.Where(static row => row.Facts.IsOpen || row.Facts.Others.Count == 0))
        {
            var ends = LicenceRule.Ends(row.Terms, row.Facts with { IsOpen = true });
            // What a request asks for and says of itself is a matter of that request.
            var ofTheRequest = row.Reason is LicenceReason.Granted or LicenceReason.KeyNotOfBroadcast or LicenceReason.KeyNotDue or LicenceReason.RequestReplayed
                or LicenceReason.NonceMissing or LicenceReason.TierNotIncluded or LicenceReason.LiveNotIncluded or LicenceReason.DvrNotIncluded
                or LicenceReason.VodNotIncluded or LicenceReason.DeviceMissing or LicenceReason.TooManyDevices;
            Assert.Equal(ofTheRequest ? null : row.Reason, ends);
        }
    }

    [Fact]
    public void Each_playback_has_its_moment_and_they_are_spread_over_the_time()
    {
        var jitters = Enumerable.Range(0, 10_000).Select(static _ => new Licensing.Playbacks.PlaybackId(Guid.CreateVersion7()).Jitter).ToArray();
        Assert.All(jitters, static j => Assert.InRange(j, 0, 0.9999999999));
        Assert.All(Enumerable.Range(0, 10), tenth => Assert.InRange(jitters.Count(j => (int)(j * 10) == tenth), 800, 1200));
    }

    private static OfferTerms Terms(Random random)
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(50);
        return new()
        {
            Viewing = new(Chance(random, now), Chance(random, now)),
            Rental = random.Next(4) == 0 ? TimeSpan.FromSeconds(random.Next(1, 200)) : null,
            PlaybackDuration = random.Next(4) == 0 ? TimeSpan.FromSeconds(random.Next(1, 200)) : null,
            Live = random.Next(5) > 0,
            Dvr = random.Next(5) > 0,
            Vod = random.Next(5) > 0,
            MaxTier = (TrackClass)random.Next(4),
            Regions = random.Next(5) switch { 0 => RegionRule.Only(["A"]), 1 => RegionRule.AllBut(["A"]), _ => RegionRule.Anywhere },
            MaxPlaybacks = random.Next(3) == 0 ? random.Next(1, 4) : null,
            Concurrency = (ConcurrencyMode)random.Next(2),
            DropGrace = TimeSpan.FromSeconds(random.Next(4)),
            MaxDevices = random.Next(5) == 0 ? random.Next(1, 3) : null,
            ReplayProtection = random.Next(5) == 0,
        };

        static DateTimeOffset? Chance(Random random, DateTimeOffset now) => random.Next(3) == 0 ? now.AddSeconds(random.Next(-100, 100)) : null;
    }

    // A minute behind what plays, where keys have periods.
    private static bool IsBehind(LicenceFacts facts, AskedKey key) =>
        key.From is null && facts.KeyPeriod.Seconds is { } seconds && facts.Edge is { } edge && (key.Use!.Value.CryptoPeriod + 1) * (double)seconds <= edge.EndSeconds - 60;

    private static LicenceFacts Facts(Random random)
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(50);
        KeyPeriodLength.TryOf(random.Next(3) == 0 ? null : random.Next(10, 200), out var length);
        return new()
        {
            Now = now,
            Phase = random.Next(8) == 0 ? null : (BroadcastPhase)random.Next(4),
            KeyPeriod = length,
            Edge = random.Next(8) == 0 ? null : new(random.NextDouble() * 1000, now.AddSeconds(-random.Next(5))),
            Standing = random.Next(3) == 0 ? (Standing)random.Next(6) : Standing.Entitled,
            GrantedAt = now.AddSeconds(-random.Next(300)),
            FirstPlayedAt = random.Next(2) == 0 ? now.AddSeconds(-random.Next(300)) : null,
            Region = random.Next(3) switch { 0 => "A", 1 => "B", _ => null },
            IsOpen = random.Next(2) == 0,
            DroppedAt = random.Next(10) == 0 ? now.AddSeconds(-random.Next(5)) : null,
            Others = [.. Enumerable.Range(0, random.Next(4)).Select(i => new OtherPlayback($"{i}", now.AddSeconds(-i)))],
            Device = random.Next(2) == 0 ? "d1" : null,
            Devices = random.Next(2) == 0 ? ["d1"] : ["d2", "d3"],
            Freshness = (Freshness)random.Next(3),
            Jitter = random.NextDouble(),
            Asked = [.. Enumerable.Range(0, random.Next(4)).Select(_ => new AskedKey(
                new(Guid.NewGuid()), random.Next(10) == 0 ? null : new KeyUse((TrackClass)random.Next(4), (ulong)random.Next(20)), random.Next(10) == 0 ? now.AddSeconds(random.Next(-10, 10)) : null))],
        };
    }
}

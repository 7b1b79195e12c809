using LiveLedger.Peering.Staying;

namespace LiveLedger.Peering.Tests.Staying;

/// <summary>What is learned of who stays, from history that was made up by known odds: nothing where there is nothing but age, and what is there where something is.</summary>
public sealed class Who_stays(ITestOutputHelper output)
{
    [Theory]
    [InlineData(AgeShape.Falling)]
    [InlineData(AgeShape.FirstMinutes)]
    [InlineData(AgeShape.TwoKinds)]
    public void Where_leaving_depends_on_age_alone_the_model_switches_itself_off(AgeShape shape)
    {
        var on = 0;
        for (var seed = 1; seed <= 20; seed++)
        {
            var model = StayingModelOf(seed, LeavingOdds.AgeOnly, shape, broadcasts: 5);
            on += model.IsOn ? 1 : 0;
            Assert.True(model.HeldOut.Left >= StayingModel.MinLeft, "off by itself, and not for want of history");
            output.WriteLine($"simulated, seed {seed}: {model.Reason}; {model.HeldOut}");
        }

        Assert.InRange(on, 0, 1);
    }

    [Fact]
    public void Odds_that_were_put_in_are_found_again_within_their_intervals_and_beat_age()
    {
        var misses = new Dictionary<string, int>();
        var inside = 0;
        const int Seeds = 20;
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var model = StayingModelOf(seed, LeavingOdds.Injected);
            Assert.True(model.IsOn, model.Reason);
            Assert.True(model.HeldOut.Auc > model.HeldOut.OlderAuc && model.HeldOut.Broken < model.HeldOut.OlderBroken);
            foreach (var (name, truth) in new[]
            {
                ("not-sharing", Math.Log(LeavingOdds.Injected.NotSharing)), ("still", Math.Log(LeavingOdds.Injected.Still)), ("round-trip", Math.Log(LeavingOdds.Injected.RoundTrip)),
                ("visits", Math.Log(LeavingOdds.Injected.Visits)), ("age", -0.42),
            })
            {
                var term = model.Leaving!.Find(name)!;
                Assert.Equal(Math.Sign(truth), Math.Sign(term.Coefficient));
                var isInside = Math.Abs(term.PerUnit - truth) <= 1.96 * term.PerUnitError;
                inside += isInside ? 1 : 0;
                misses[name] = misses.GetValueOrDefault(name) + (isInside ? 0 : 1);
                output.WriteLine($"simulated, seed {seed}: {name} {term.PerUnit:0.000} ± {1.96 * term.PerUnitError:0.000}, put in {truth:0.000}");
            }

            output.WriteLine($"simulated, seed {seed}: {model.Reason}");
        }

        // A 95 % interval holds the truth 95 times of a hundred: of 100 at least 88, and of each feature's 20 at least 15.
        Assert.True(inside >= 88, $"{inside} of 100 intervals hold what was put in");
        Assert.All(misses, static m => Assert.True(m.Value <= 5, $"{m.Key}: {m.Value} of 20 intervals miss"));
    }

    private static StayingModel StayingModelOf(int seed, LeavingOdds odds, AgeShape shape = AgeShape.Falling, int broadcasts = 8) =>
        StayTraining.Train(new SimulatedHistory(seed, odds, shape).Broadcasts(broadcasts), isSimulated: true);
}

using LiveLedger.Peering.Reputation;

namespace LiveLedger.Peering.Tests.Reputation;

public sealed class Score_of_good_and_bad
{
    // The table of docs/formats/standing.md: whoever writes the formula again comes to these.
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 195)]
    [InlineData(2, 0, 362)]
    [InlineData(4, 0, 551)]
    [InlineData(8, 0, 719)]
    [InlineData(16, 0, 839)]
    [InlineData(64, 0, 955)]
    [InlineData(64, 2, 890)]
    [InlineData(64, 8, 552)]
    [InlineData(64, 16, 0)]
    [InlineData(0, 2, 0)]
    public void Is_what_the_page_says(int good, int bad, int score) =>
        Assert.Equal(score, new Standing { Good = good * Formula.One, Bad = bad * Formula.One }.Score);

    [Fact]
    public void Grows_with_good_and_sinks_with_bad()
    {
        for (var good = 0; good <= 64; good++)
        {
            for (var bad = 0; bad <= 64; bad++)
            {
                var score = Of(good, bad);
                Assert.InRange(score, 0, 999);
                Assert.True(good == 0 || score >= Of(good - 1, bad), $"{good} {bad}");
                Assert.True(bad == 0 || score <= Of(good, bad - 1), $"{good} {bad}");
            }
        }

        static int Of(int good, int bad) => new Standing { Good = good * Formula.One, Bad = bad * Formula.One }.Score;
    }

    [Fact]
    public void Decays_epoch_by_epoch_to_the_same_as_all_at_once()
    {
        var (at, step) = (new Standing { Good = 64 * Formula.One, Bad = 63 * Formula.One + 12_345, Epoch = 5 }, new Standing { Good = 64 * Formula.One, Bad = 63 * Formula.One + 12_345, Epoch = 5 });
        for (var epoch = 6; epoch < 400; epoch++)
        {
            step = step.At(epoch);
            Assert.Equal(at.At(epoch), step);
        }

        Assert.Equal((0, 0), (at.At(5000).Good, at.At(5000).Bad));
        Assert.Equal(at, at.At(4));
    }
}

using LiveLedger.Anchoring.Transactions;

namespace LiveLedger.Anchoring.Tests.Transactions;

public sealed class FeePolicyTests
{
    [Theory]
    [InlineData(100, 10, 10, 30, 10)]
    [InlineData(100, 49, 10, 100, 10)]
    [InlineData(100, 90, 10, 100, 10)]
    [InlineData(100, 0, 0, 0, 0)]
    public void A_first_attempt_offers_twice_the_base_fee_and_the_tip_up_to_the_ceiling(ulong ceiling, ulong baseFee, ulong tip, ulong maxFee, ulong expectedTip) =>
        Assert.Equal(((UInt128)maxFee, (UInt128)expectedTip), new FeePolicy(ceiling).First(baseFee, tip));

    [Theory]
    [InlineData(91, 10)]
    [InlineData(0, 101)]
    [InlineData(ulong.MaxValue, 1)]
    [InlineData(1, ulong.MaxValue)]
    public void What_could_not_be_mined_below_the_ceiling_is_not_offered(ulong baseFee, ulong tip)
    {
        Assert.Null(new FeePolicy(100).First(baseFee, tip));
        Assert.Null(new FeePolicy(100).First(UInt128.MaxValue, UInt128.MaxValue));
    }

    [Fact]
    public void A_replacement_offers_an_eighth_more_of_both_and_never_more_than_the_ceiling()
    {
        var random = new Random(7);
        for (var n = 0; n < 100_000; n++)
        {
            var ceiling = (UInt128)random.NextInt64(1, 1L << random.Next(2, 40));
            var fees = new FeePolicy(ceiling);
            if (fees.First((UInt128)random.NextInt64(0, 1L << random.Next(1, 38)), (UInt128)random.NextInt64(0, 1L << random.Next(1, 38))) is not var (maxFee, tip))
            {
                continue;
            }

            Assert.True(tip <= maxFee && maxFee <= ceiling);
            while (fees.Replacing(maxFee, tip, Huge(random), Huge(random)) is var (higher, higherTip))
            {
                Assert.True(higher * 8 >= maxFee * 9 && higherTip * 8 >= tip * 9 && higherTip <= higher && higher <= ceiling, $"{maxFee} {tip} {higher} {higherTip} {ceiling}");
                (maxFee, tip) = (higher, higherTip);
            }
        }
    }

    [Fact]
    public void A_replacement_keeps_up_with_a_base_fee_that_has_risen_by_more()
    {
        Assert.Equal(((UInt128)812, (UInt128)12), new FeePolicy(1000).Replacing(30, 10, 400, 5));
        Assert.Equal(((UInt128)1000, (UInt128)12), new FeePolicy(1000).Replacing(30, 10, 600, 5));
        Assert.Null(new FeePolicy(100).Replacing(95, 10, 1, 1));
    }

    private static UInt128 Huge(Random random) => random.Next(10) == 0 ? UInt128.MaxValue : (UInt128)random.NextInt64(0, 1L << random.Next(1, 62));
}

using LiveLedger.Cli.Check;

namespace LiveLedger.Cli;

/// <summary>How verdicts become an exit code, and how pictures are told apart.</summary>
public sealed class ClaimTests
{
    private static readonly Claim Pass = new("a", Verdict.Pass, "a");
    private static readonly Claim Fail = new("b", Verdict.Fail, "b");
    private static readonly Claim Unknown = new("c", Verdict.CouldNotTell, "c");

    [Fact]
    public void Exit_is_0_only_if_all_claims_hold()
    {
        Assert.Equal(0, Claim.ExitCodeOf([Pass, Pass]));
        Assert.Equal(1, Claim.ExitCodeOf([Pass, Fail]));
        Assert.Equal(1, Claim.ExitCodeOf([Unknown, Fail, Pass]));
        Assert.Equal(3, Claim.ExitCodeOf([Pass, Unknown]));
        Assert.Equal(3, Claim.ExitCodeOf([]));
    }

    [Fact]
    public void A_picture_resembles_itself_brighter_and_not_noise()
    {
        var gradient = new byte[SmallPicture.Length];
        var brighter = new byte[SmallPicture.Length];
        var noise = new byte[SmallPicture.Length];
        for (var i = 0; i < gradient.Length; i++)
        {
            gradient[i] = (byte)(i % 64 * 3);
            brighter[i] = (byte)(gradient[i] + 40);
        }

        new Random(1).NextBytes(noise);

        Assert.True(new SmallPicture(gradient).Resemblance(new(brighter)) > 0.99);
        Assert.True(Math.Abs(new SmallPicture(gradient).Resemblance(new(noise))) < 0.1);
    }

    [Fact]
    public void A_flat_picture_resembles_nothing()
    {
        var flat = new SmallPicture(new byte[SmallPicture.Length]);

        Assert.False(flat.HasDetail);
        Assert.Equal(0, flat.Resemblance(flat));
    }
}

using LiveLedger.Licensing.Entitlements;

namespace LiveLedger.Licensing.Tests.Entitlements;

public sealed class BulkTurnsTests
{
    [Fact]
    public void An_account_has_two_turns_and_all_together_eight_and_a_turn_that_is_given_back_is_free()
    {
        var turns = new BulkTurns();
        var first = turns.TryTake("acme")!;
        Assert.NotNull(turns.TryTake("acme"));
        Assert.Null(turns.TryTake("acme"));
        Assert.All(Enumerable.Range(0, 6), n => Assert.NotNull(turns.TryTake($"shop-{n}")));
        Assert.Null(turns.TryTake("late"));
        first.Dispose();
        first.Dispose();
        Assert.NotNull(turns.TryTake("late"));
        Assert.Null(turns.TryTake("acme"));
    }
}

using LiveLedger.Peering.Links;

namespace LiveLedger.Peering.Tests.Links;

/// <summary>Who has connected and proved nothing.</summary>
public sealed class Strangers_at_the_door
{
    [Fact]
    public void One_address_has_so_many_and_each_place_comes_back_once()
    {
        var strangers = new Strangers(2);
        var (one, other) = ("203.0.113.7", "2001:db8::1");
        var first = strangers.Enter(one);
        Assert.NotNull(first);
        Assert.NotNull(strangers.Enter(one));
        Assert.Null(strangers.Enter(one));
        Assert.NotNull(strangers.Enter(other));
        first.Dispose();
        first.Dispose();
        Assert.NotNull(strangers.Enter(one));
        Assert.Null(strangers.Enter(one));
    }

    [Fact]
    public void Those_whose_address_is_not_known_are_counted_as_one()
    {
        var strangers = new Strangers(1);
        Assert.NotNull(strangers.Enter(null));
        Assert.Null(strangers.Enter(null));
    }
}

using System.Net;
using LiveLedger.Peering.Links;

namespace LiveLedger.Peering.Tests.Links;

/// <summary>Who has connected and proved nothing.</summary>
public sealed class Strangers_at_the_door
{
    [Fact]
    public void One_address_has_so_many_and_each_place_comes_back_once()
    {
        var strangers = new Strangers(2);
        var (one, other) = (IPAddress.Parse("203.0.113.7").GetAddressBytes(), IPAddress.Parse("203.0.113.8").GetAddressBytes());
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

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff:2", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("203.0.113.7", "::ffff:203.0.113.7", true)]
    [InlineData("::ffff:203.0.113.7", "::ffff:203.0.113.8", false)]
    public void A_machine_is_one_by_whichever_of_its_addresses_it_comes(string one, string other, bool isSame)
    {
        var strangers = new Strangers(1);
        Assert.NotNull(strangers.Enter(IPAddress.Parse(one).GetAddressBytes()));
        Assert.Equal(isSame, strangers.Enter(IPAddress.Parse(other).GetAddressBytes()) is null);
    }

    [Fact]
    public void Those_whose_address_is_not_known_are_counted_as_one()
    {
        var strangers = new Strangers(1);
        Assert.NotNull(strangers.Enter(null));
        Assert.Null(strangers.Enter(null));
    }
}

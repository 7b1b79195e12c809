using LiveLedger.Peering.Proofs;
using LiveLedger.Swarm.Admissions;

namespace LiveLedger.Swarm.Tests.Admissions;

/// <summary>No proof is taken twice while it is fresh, and none is forgotten early to make room.</summary>
public sealed class SeenNoncesTests
{
    private readonly MovedClock _time = new();

    [Fact]
    public void A_nonce_is_taken_once_for_as_long_as_its_proof_could_be_fresh()
    {
        var seen = new SeenNonces(_time, TimeSpan.FromSeconds(120));
        for (var phase = 0; phase < 130; phase += 13)
        {
            var nonce = Nonce.New();
            Assert.True(seen.TryTake(nonce));
            for (var second = 0; second < 120; second += 10)
            {
                Assert.False(seen.TryTake(nonce), $"taken again {second} s after phase {phase}");
                _time.Advance(TimeSpan.FromSeconds(10));
            }

            _time.Advance(TimeSpan.FromSeconds(13));
        }
    }

    [Fact]
    public void When_there_is_no_room_new_ones_are_refused_until_old_ones_have_ended()
    {
        var seen = new SeenNonces(_time, TimeSpan.FromSeconds(120), most: 3);
        var first = Nonce.New();
        Assert.True(seen.TryTake(first));
        Assert.True(seen.TryTake(Nonce.New()));
        Assert.True(seen.TryTake(Nonce.New()));
        Assert.False(seen.TryTake(Nonce.New()));
        Assert.False(seen.TryTake(first));
        _time.Advance(TimeSpan.FromSeconds(121));
        Assert.True(seen.TryTake(Nonce.New()));
    }
}

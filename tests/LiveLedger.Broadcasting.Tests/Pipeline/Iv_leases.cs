using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Broadcasting.Pipeline;
using LiveLedger.Media;

namespace LiveLedger.Broadcasting.Tests.Pipeline;

public sealed class Iv_leases
{
    [Fact]
    public void No_iv_is_ever_given_twice_over_simulated_restarts_and_tracks()
    {
        // Each element: a process life, with the number of samples each of its packagers encrypts before it dies.
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll(
            ArbMap.Default.ArbFor<PositiveInt[][]>(),
            lives =>
            {
                using var folder = new TemporaryFolder();
                var used = new HashSet<ulong>();
                foreach (var life in lives)
                {
                    var leases = new IvLeases(folder.Path, isNew: used.Count == 0);
                    foreach (var samples in life)
                    {
                        var iv = leases.Take();
                        for (var i = 0; i < samples.Get; i++)
                        {
                            Assert.True(used.Add(iv++), "an IV was given twice");
                        }
                    }
                }
            }));
    }

    [Fact]
    public void A_lease_is_on_disk_before_it_is_given()
    {
        using var folder = new TemporaryFolder();
        var first = new IvLeases(folder.Path, isNew: true).Take();
        // No disposal, no flush: what a process killed here would leave.
        Assert.True(new IvLeases(folder.Path, isNew: false).Take() > first);
    }

    [Fact]
    public void A_damaged_lease_file_stops_encryption_rather_than_repeat_an_iv()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "iv-leases.txt"), "12x");
        Assert.Throws<InvalidDataException>(() => new IvLeases(folder.Path, isNew: false));
    }

    [Fact]
    public void A_lost_lease_file_stops_encryption_too()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<InvalidDataException>(() => new IvLeases(folder.Path, isNew: false));
    }

    [Fact]
    public void The_constant_iv_is_another_for_every_broadcast_track_and_epoch()
    {
        var ivs = new HashSet<string>();
        foreach (var broadcast in Enumerable.Range(0, 5).Select(_ => BroadcastId.New(TimeProvider.System)))
        {
            foreach (var name in (string[])["0", "1", "audio", "video"])
            {
                Assert.True(TrackName.TryParse(name, out var track));
                for (uint epoch = 0; epoch < 50; epoch++)
                {
                    Assert.True(ivs.Add(Convert.ToHexString(IvLeases.ConstantIv(broadcast, track, epoch))));
                }
            }
        }
    }
}

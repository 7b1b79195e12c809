using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Tests.ContentKeys;

public sealed class ContentKeyDerivationTests
{
    private static readonly byte[] s_master = [.. Enumerable.Range(0, 32).Select(static i => (byte)i)];
    private static readonly BroadcastId s_broadcast = new(new Guid([.. Enumerable.Range(0xa0, 16).Select(static i => (byte)i)], bigEndian: true));

    // Computed with Python's hmac by RFC 5869 from the definition in ContentKeyDerivation.
    [Theory]
    [InlineData(TrackClass.Audio, 0UL, "06e5f548489e6731c2ab01a8daf37af4", "c27c968e666507578787a39ca90f1234")]
    [InlineData(TrackClass.Audio, 1UL, "421bad04990950f74a534ba323185466", "8d2642f93c52bf535df84d90b0051a5a")]
    [InlineData(TrackClass.Sd, 0UL, "3189d9122f6b3720982d11a87d6625fc", "b990fe6856f7f291cf2469d52916f173")]
    [InlineData(TrackClass.Hd, ulong.MaxValue, "f3fd14387ee695a8a7dff6ec9b5ac251", "b6be7adf243b6e102564f24ee107c824")]
    [InlineData(TrackClass.Uhd, 1UL, "6681e0e2d121b49dbab33ae44f7bcf40", "ab56f2e8bfe8de85ecb5b1d1b612add3")]
    public void Keys_and_ids_are_what_another_implementation_derives(TrackClass trackClass, ulong period, string key, string id)
    {
        using var derived = ContentKeyDerivation.Key(s_master, s_broadcast, trackClass, period);
        Assert.Equal(key, Convert.ToHexStringLower(derived.Bytes));
        Assert.Equal(id, derived.Id.ToString());
        Assert.Equal(derived.Id, ContentKeyDerivation.Id(s_master, s_broadcast, trackClass, period));
    }

    [Fact]
    public void No_two_classes_periods_broadcasts_or_masters_share_a_key_or_an_id()
    {
        var seen = new HashSet<string>();
        var expected = 0;
        foreach (var master in (byte[][])[s_master, [.. s_master.Reverse()]])
        {
            for (var b = 0; b < 20; b++)
            {
                var broadcast = BroadcastId.New(TimeProvider.System);
                foreach (var trackClass in Enum.GetValues<TrackClass>())
                {
                    for (ulong period = 0; period < 50; period++)
                    {
                        using var key = ContentKeyDerivation.Key(master, broadcast, trackClass, period);
                        seen.Add(Convert.ToHexString(key.Bytes));
                        seen.Add(key.Id.ToString().ToUpperInvariant());
                        expected += 2;
                    }
                }
            }
        }

        Assert.Equal(expected, seen.Count);
    }
}

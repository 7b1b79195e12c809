using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Tests.ContentKeys;

public sealed class ContentKeyDerivationTests
{
    private static readonly byte[] s_master = [.. Enumerable.Range(0, 32).Select(static i => (byte)i)];
    private static readonly BroadcastId s_broadcast = new(new Guid([.. Enumerable.Range(0xa0, 16).Select(static i => (byte)i)], bigEndian: true));

    // Computed with Python's hmac by RFC 5869 and OpenSSL's aes-128-ecb from the definitions in ContentKeyDerivation and KeyIds.
    [Theory]
    [InlineData(TrackClass.Audio, 0UL, "06e5f548489e6731c2ab01a8daf37af4", "e8ddeedbfef51e3ea0997e3011029555")]
    [InlineData(TrackClass.Audio, 1UL, "421bad04990950f74a534ba323185466", "cc9d1de560c6800cf9010250146bb061")]
    [InlineData(TrackClass.Sd, 0UL, "3189d9122f6b3720982d11a87d6625fc", "ca9a76e0f71296c7885b45793073d349")]
    [InlineData(TrackClass.Hd, ulong.MaxValue, "f3fd14387ee695a8a7dff6ec9b5ac251", "fc53ec982db4ee2a926eb0e7b6692e93")]
    [InlineData(TrackClass.Uhd, 1UL, "6681e0e2d121b49dbab33ae44f7bcf40", "71eb58de6e37cb2adde5b45123874617")]
    public void Keys_and_ids_are_what_another_implementation_derives(TrackClass trackClass, ulong period, string key, string id)
    {
        using var derived = ContentKeyDerivation.Key(s_master, s_broadcast, trackClass, period);
        Assert.Equal(key, Convert.ToHexStringLower(derived.Bytes));
        Assert.Equal(id, derived.Id.ToString());
        Assert.Equal(new KeyUse(trackClass, period), KeyIds.Read(s_master, s_broadcast, derived.Id));
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

    [Fact]
    public void An_id_of_another_broadcast_master_or_by_chance_stands_for_nothing()
    {
        var random = new Random(4);
        var guess = new byte[KeyId.Length];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(guess);
            Assert.Null(KeyIds.Read(s_master, s_broadcast, KeyId.Read(guess)));
        }

        var id = KeyIds.Of(s_master, s_broadcast, TrackClass.Hd, 3);
        Assert.Null(KeyIds.Read(s_master, BroadcastId.New(TimeProvider.System), id));
        Assert.Null(KeyIds.Read([.. s_master.Reverse()], s_broadcast, id));
    }
}

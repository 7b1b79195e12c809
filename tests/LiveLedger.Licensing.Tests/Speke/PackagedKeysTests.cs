using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Speke;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Cpix;
using LiveLedger.Licensing.Speke;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Tests.Speke;

public sealed class PackagedKeysTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly KeyEncryptionKey _kek = KeyEncryptionKey.FromBytes(RandomNumberGenerator.GetBytes(32));
    private readonly BroadcastId _broadcast = BroadcastId.New(TimeProvider.System);

    public void Dispose()
    {
        _kek.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_a_key_was_first_given_for_it_is_for_in_every_process()
    {
        await using var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync());
        var keys = Keys();
        var time = new SettableTime();
        var (here, elsewhere) = (new PackagedKeys(ledger.Events, keys, time), new PackagedKeys(ledger.Events, keys, time));
        var asked = new PackagerRequest { ContentId = _broadcast.ToString() };
        Assert.Null(await elsewhere.FindAsync(_broadcast, new(asked.VideoKey), default));

        await here.GiveAsync(_broadcast, "2.0", Request(asked), default);
        await here.GiveAsync(_broadcast, "2.0", Request(asked), default);
        Assert.Null(await elsewhere.FindAsync(_broadcast, new(asked.VideoKey), default));
        time.Now += TimeSpan.FromSeconds(1);

        Assert.Equal((TrackClass.Hd, (ulong)3), Shown(await elsewhere.FindAsync(_broadcast, new(asked.VideoKey), default)));
        Assert.Equal((TrackClass.Audio, (ulong)3), Shown(await here.FindAsync(_broadcast, new(asked.AudioKey), default)));
        Assert.Null(await here.FindAsync(BroadcastId.New(TimeProvider.System), new(asked.AudioKey), default));

        // Audio today, pictures tomorrow: who was licensed the one would have the other.
        var swapped = asked with { VideoKey = asked.AudioKey, AudioKey = asked.VideoKey };
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => elsewhere.GiveAsync(_broadcast, "2.0", Request(swapped), default));
        Assert.Equal("cpix-contract-malformed", refusal.Refusal.Code);
        await Assert.ThrowsAsync<RefusedException>(() => elsewhere.GiveAsync(_broadcast, "2.0", Request(asked with { Period = 4 }), default));
    }

    [Fact]
    public async Task Requests_at_once_are_all_written_down()
    {
        await using var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync());
        var keys = Keys();
        var time = new SettableTime();
        var two = new[] { new PackagedKeys(ledger.Events, keys, time), new PackagedKeys(ledger.Events, keys, time) };
        var asked = Enumerable.Range(0, 6).Select(i => new PackagerRequest { ContentId = _broadcast.ToString(), Period = i }).ToList();

        await Task.WhenAll(asked.Select((a, i) => two[i % 2].GiveAsync(_broadcast, "2.0", Request(a), default)));

        time.Now += TimeSpan.FromSeconds(1);
        foreach (var a in asked)
        {
            Assert.Equal((TrackClass.Hd, (ulong)a.Period), Shown(await two[0].FindAsync(_broadcast, new(a.VideoKey), default)));
        }
    }

    [Fact]
    public async Task A_key_id_of_ours_keeps_its_own_use_whatever_the_packager_says()
    {
        await using var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync());
        var keys = Keys();
        var packaged = new PackagedKeys(ledger.Events, keys, TimeProvider.System);
        using var own = keys.KeyFor(_broadcast, TrackClass.Uhd, 0);
        var asked = new PackagerRequest { ContentId = _broadcast.ToString(), AudioKey = own.Id.Value };

        await packaged.GiveAsync(_broadcast, "2.0", Request(asked), default);

        Assert.Equal((TrackClass.Uhd, (ulong)0), Shown(await packaged.FindAsync(_broadcast, own.Id, default)));
        using var given = keys.KeyOf(_broadcast, own.Id);
        Assert.Equal(own.Bytes.ToArray(), given.Bytes.ToArray());
    }

    [Fact]
    public void A_packagers_key_is_of_its_broadcast_and_its_id_alone()
    {
        var keys = Keys();
        var other = BroadcastId.New(TimeProvider.System);
        keys.Create(other);
        var id = new KeyId(Guid.NewGuid());
        using var key = keys.KeyOf(_broadcast, id);
        using var again = new MasterKeys(_folder.Path, _kek).KeyOf(_broadcast, id);
        using var elsewhere = keys.KeyOf(other, id);
        using var another = keys.KeyOf(_broadcast, new(Guid.NewGuid()));

        Assert.Equal(key.Bytes.ToArray(), again.Bytes.ToArray());
        Assert.NotEqual(key.Bytes.ToArray(), elsewhere.Bytes.ToArray());
        Assert.NotEqual(key.Bytes.ToArray(), another.Bytes.ToArray());
        Assert.NotEqual(key.Bytes.ToArray(), keys.PackagerIv(_broadcast, id));
    }

    [Theory]
    [InlineData("2.0", null)]
    [InlineData("2.1", -5)]
    public async Task A_key_of_a_period_with_times_is_held_back_until_half_a_period_before(string speke, int? before)
    {
        await using var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync());
        var packaged = new PackagedKeys(ledger.Events, Keys(), TimeProvider.System);
        var asked = new PackagerRequest { ContentId = _broadcast.ToString(), Speke = speke };
        await packaged.GiveAsync(_broadcast, speke, Request(asked), default);

        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 30, TimeSpan.Zero);
        Assert.Equal(before is { } seconds ? start.AddSeconds(seconds) : DateTimeOffset.MinValue, (await packaged.FindAsync(_broadcast, new(asked.VideoKey), default))!.Value.From);
    }

    private static (TrackClass, ulong)? Shown(PackagedUse? use) => use is { } known ? (known.Class, known.Period) : null;

    private MasterKeys Keys()
    {
        var keys = new MasterKeys(_folder.Path, _kek);
        keys.Create(_broadcast);
        return keys;
    }

    private static CpixRequest Request(PackagerRequest asked)
    {
        Assert.True(CpixText.TryRead(Encoding.UTF8.GetBytes(asked.Document), out var root));
        return CpixRequest.Read(root, asked.Speke == "2.1" ? "2.4" : "2.3");
    }
}

using System.Net;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Licensing.Regions;
using Microsoft.AspNetCore.Http;

namespace LiveLedger.Licensing.Tests.Regions;

public sealed class RegionTests
{
    private const string Table = """
        # of the test
        10.0.0.0/8 DE
        10.1.0.0/16,AT
        10.1.2.0/24	-
        10.1.2.128/25 CH
        255.255.255.255/32 FR
        2001:db8::/32 DE

        2001:db8:1::/48 EU-NORTH
        """;

    [Theory]
    [InlineData("9.255.255.255", null)]
    [InlineData("10.0.0.0", "DE")]
    [InlineData("10.0.255.255", "DE")]
    [InlineData("10.1.0.0", "AT")]
    [InlineData("10.1.2.0", null)]
    [InlineData("10.1.2.127", null)]
    [InlineData("10.1.2.128", "CH")]
    [InlineData("10.1.2.255", "CH")]
    [InlineData("10.1.3.0", "AT")]
    [InlineData("10.2.0.0", "DE")]
    [InlineData("11.0.0.0", null)]
    [InlineData("255.255.255.254", null)]
    [InlineData("255.255.255.255", "FR")]
    [InlineData("::ffff:10.1.0.1", "AT")]
    [InlineData("2001:db7:ffff::", null)]
    [InlineData("2001:db8::1", "DE")]
    [InlineData("2001:db8:1::1", "EU-NORTH")]
    [InlineData("2001:db8:2::", "DE")]
    [InlineData("2001:db9::", null)]
    [InlineData("::1", null)]
    public void The_smallest_network_that_holds_an_address_says_its_region(string address, string? region) =>
        Assert.Equal(region, RegionTable.Read(new StringReader(Table)).Find(IPAddress.Parse(address)));

    [Theory]
    [InlineData("10.0.0.0/8")]
    [InlineData("10.0.0.0/33 DE")]
    [InlineData("10.0.0.0 DE")]
    [InlineData("10.0.0.0/8 de")]
    [InlineData("10.0.0.0/8 D")]
    [InlineData("10.0.0.0/8 DE AT")]
    public void A_line_that_is_none_is_named(string line) =>
        Assert.Contains("line 2", Assert.Throws<InvalidDataException>(() => RegionTable.Read(new StringReader($"# first\n{line}"))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(24)]
    [InlineData(28)]
    [InlineData(32)]
    public void Both_kinds_of_file_say_what_a_search_through_all_networks_says(int recordBits)
    {
        var random = new Random(recordBits);
        // Apart from one another: MaxMind's writers split those that are not.
        var networks = Enumerable.Range(0, 400).Select(n => (Network: $"{n / 4 + 1}.{n % 4 * 64}.0.0/{random.Next(10, 25)}", Country: $"{(char)('A' + n % 26)}{(char)('A' + n / 26)}"))
            .Concat(Enumerable.Range(0, 200).Select(static n => (Network: $"2001:{n:x}::/{32 + n % 16}", Country: $"{(char)('A' + n % 26)}Z"))).ToArray();
        var table = RegionTable.Read(new StringReader(string.Join('\n', networks.Select(static n => $"{n.Network} {n.Country}"))));
        var file = MaxMindFile.Open(MaxMindWriter.Write(recordBits, networks));
        var parsed = networks.Select(static n => (Network: IPNetwork.Parse(n.Network), n.Country)).ToArray();
        for (var n = 0; n < 5_000; n++)
        {
            var bytes = new byte[n % 2 == 0 ? 4 : 16];
            random.NextBytes(bytes);
            if (n % 2 == 0)
            {
                (bytes[0], bytes[1]) = ((byte)random.Next(105), (byte)(random.Next(4) * 64 + random.Next(4)));
            }
            else
            {
                (bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]) = (0x20, 0x01, 0, (byte)random.Next(210), 0, (byte)random.Next(3));
            }

            var address = new IPAddress(bytes);
            var expected = parsed.FirstOrDefault(p => p.Network.Contains(address)).Country;
            Assert.Equal(expected, table.Find(address));
            Assert.Equal(expected, file.Find(address));
        }
    }

    [Fact]
    public void A_damaged_file_is_refused_or_answers_something_but_never_fails()
    {
        var good = MaxMindWriter.Write(28, ("10.0.0.0/8", "DE"), ("2001:db8::/32", "AT"));
        Assert.True(MaxMindFile.Is(good));
        Assert.False(MaxMindFile.Is("10.0.0.0/8 DE"u8));
        var random = new Random(4);
        for (var n = 0; n < 20_000; n++)
        {
            var bad = good.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            try
            {
                var file = MaxMindFile.Open(bad[..random.Next(bad.Length / 2, bad.Length + 1)]);
                file.Find(IPAddress.Parse("10.1.2.3"));
                file.Find(IPAddress.Parse("2001:db8::1"));
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    [Theory]
    [InlineData("10.1.0.1", null, "AT")]
    [InlineData("10.1.0.1", "10.0.0.1", "AT")]
    [InlineData("192.0.2.1", "10.0.0.1", "DE")]
    [InlineData("192.0.2.1", "10.1.0.1, 10.0.0.1", "DE")]
    [InlineData("192.0.2.1", "10.0.0.1, 192.0.2.9", "DE")]
    [InlineData("192.0.2.1", "10.0.0.1, nonsense", null)]
    [InlineData("192.0.2.1", null, null)]
    public void A_forwarded_address_is_believed_of_our_own_proxies_only(string connection, string? forwarded, string? region)
    {
        using var folder = new TestFolder();
        var resolver = Resolver(folder, Table, new SettableTime());
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(connection);
        if (forwarded is not null)
        {
            context.Request.Headers["X-Forwarded-For"] = forwarded;
        }

        Assert.Equal(region, resolver.Of(context));
    }

    [Fact]
    public async Task A_file_that_is_replaced_is_read_again_and_a_bad_one_is_not()
    {
        using var folder = new TestFolder();
        var time = new SettableTime();
        var log = new CapturedLog<RegionResolver>();
        var resolver = Resolver(folder, "10.0.0.0/8 DE", time, log);
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse("10.0.0.1");
        Assert.Equal("DE", resolver.Of(context));

        await ReplaceAsync("10.0.0.0/8 FR", 1, () => resolver.Of(context) == "FR");
        await ReplaceAsync("nonsense", 2, () => log.Lines.Any(static l => l.Contains("the one read before stays", StringComparison.Ordinal)));
        Assert.Equal("FR", resolver.Of(context));
        await ReplaceAsync("10.0.0.0/8 AT", 3, () => resolver.Of(context) == "AT");

        async Task ReplaceAsync(string text, int hours, Func<bool> until)
        {
            var file = Path.Combine(folder.Path, "regions");
            await File.WriteAllTextAsync(file, text);
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(hours));
            for (var tries = 0; !until(); tries++)
            {
                Assert.True(tries < 200, $"{text} is taken in");
                time.Now += TimeSpan.FromSeconds(10);
                resolver.Of(context);
                await Task.Delay(10);
            }
        }
    }

    [Fact]
    public void A_start_with_a_file_that_will_not_do_fails()
    {
        using var folder = new TestFolder();
        Assert.Throws<InvalidDataException>(() => Resolver(folder, "nonsense", new SettableTime()));
        Assert.Throws<InvalidDataException>(() => Resolver(folder, null, new SettableTime()));
    }

    private static RegionResolver Resolver(TestFolder folder, string? table, SettableTime time, CapturedLog<RegionResolver>? log = null)
    {
        var file = Path.Combine(folder.Path, "regions");
        File.Delete(file);
        if (table is not null)
        {
            File.WriteAllText(file, table);
        }

        return new(new() { KeysFolder = folder.Path, SpoolFolder = folder.Path, RegionsFile = file, TrustedProxies = [IPNetwork.Parse("192.0.2.0/24")] }, time, log ?? new());
    }
}

using System.Net;
using System.Text.Json;
using LiveLedger.Licensing.Regions;

namespace LiveLedger.Interop.Regions;

/// <summary>A database of the world's networks that somebody else made, in MaxMind's format (@ip-location-db, CC0).</summary>
public sealed class MaxMindFileTests
{
    [Theory]
    [InlineData("geo-whois-asn-country.mmdb", 6)]
    [InlineData("geo-whois-asn-country-ipv4.mmdb", 4)]
    public void We_find_the_country_of_every_address_that_mmdb_lib_finds(string name, int version)
    {
        var random = new Random(version);
        var addresses = Enumerable.Range(0, 50_000).Select(n => Address(n % 2 == 0 || version == 4)).ToArray();
        var path = Path.Combine(NodeReader.Folder, "node_modules", "@ip-location-db", "geo-whois-asn-country-mmdb", name);
        var read = NodeReader.Read<Reading>("regions", JsonSerializer.SerializeToUtf8Bytes(new { file = path, addresses = addresses.Select(static a => a.ToString()) }));

        var ours = MaxMindFile.Open(File.ReadAllBytes(path));
        Assert.Equal(read.Countries, addresses.Select(ours.Find));
        // Neither all one answer nor all none.
        Assert.True(read.Countries.Distinct().Count() > 100, "many countries");

        IPAddress Address(bool v4)
        {
            var bytes = new byte[v4 ? 4 : 16];
            random.NextBytes(bytes);
            if (!v4)
            {
                // What is given out of 2000::/3 lies at its beginning.
                (bytes[0], bytes[1]) = ((byte)(0x24 + 2 * random.Next(5)), (byte)random.Next(16));
            }

            return new(bytes);
        }
    }

    private sealed record Reading(string?[] Countries);
}

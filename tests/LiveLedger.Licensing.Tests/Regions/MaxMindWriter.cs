using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LiveLedger.Licensing.Tests.Regions;

/// <summary>Writes files in MaxMind's DB format 2.0, as its specification says (maxmind.github.io/MaxMind-DB).</summary>
internal static class MaxMindWriter
{
    /// <summary>A file of these networks and their countries; those of IPv4 below 96 zeros.</summary>
    public static byte[] Write(int recordBits, params IEnumerable<(string Network, string Country)> networks)
    {
        var nodes = new List<int[]> { new int[2] };
        var data = new List<byte>();
        // Some files point to what was written before; ours do, to try pointers.
        data.AddRange(Text("iso_code"));
        foreach (var (text, country) in networks)
        {
            var network = IPNetwork.Parse(text);
            var isV4 = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
            var bits = network.BaseAddress.GetAddressBytes().SelectMany(static b => Enumerable.Range(0, 8).Select(n => (b >> (7 - n)) & 1)).ToArray();
            int[] path = isV4 ? [.. new int[96], .. bits[..network.PrefixLength]] : bits[..network.PrefixLength];
            var node = 0;
            foreach (var bit in path[..^1])
            {
                if (nodes[node][bit] == 0)
                {
                    nodes.Add(new int[2]);
                    nodes[node][bit] = nodes.Count - 1;
                }

                node = nodes[node][bit];
            }

            // Below zero until it is known how many nodes there are.
            nodes[node][path[^1]] = -1 - data.Count;
            data.AddRange([0xe2, .. Text("continent"), 0xe1, .. Text("code"), .. Text("XX"), .. Text("country"), 0xe1, 0x20, 0x00, .. Text(country)]);
        }

        var file = new List<byte>();
        foreach (var node in nodes)
        {
            var (left, right) = (Value(node[0]), Value(node[1]));
            file.AddRange(recordBits switch
            {
                24 => [(byte)(left >> 16), (byte)(left >> 8), (byte)left, (byte)(right >> 16), (byte)(right >> 8), (byte)right],
                28 => [(byte)(left >> 16), (byte)(left >> 8), (byte)left, (byte)(((left >> 24) << 4) | (right >> 24)), (byte)(right >> 16), (byte)(right >> 8), (byte)right],
                _ => [.. Four(left), .. Four(right)],
            });
        }

        file.AddRange(new byte[16]);
        file.AddRange(data);
        file.AddRange([0xab, 0xcd, 0xef, .. "MaxMind.com"u8]);
        file.AddRange([
            0xe9, .. Text("node_count"), 0xc4, .. Four(nodes.Count), .. Text("record_size"), 0xa1, (byte)recordBits, .. Text("ip_version"), 0xa1, 6,
            .. Text("binary_format_major_version"), 0xa1, 2, .. Text("binary_format_minor_version"), 0xa1, 0, .. Text("build_epoch"), 0x04, 0x02, .. Four(1_700_000_000),
            .. Text("database_type"), .. Text("Test"), .. Text("languages"), 0x00, 0x04, .. Text("description"), 0xe0,
        ]);
        return [.. file];

        int Value(int child) => child switch { 0 => nodes.Count, < 0 => nodes.Count + 16 - child - 1, _ => child };
    }

    private static byte[] Text(string text) => [(byte)(0x40 | text.Length), .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Four(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tiles;

namespace LiveLedger.Interop.Log;

/// <summary>Our log, read by two auditors who have none of our code: Go's checksum database and Sigstore's verifier.</summary>
public sealed class LogReaderTests(PublishedLog log) : IClassFixture<PublishedLog>
{
    [Fact]
    public async Task Go_verifies_key_checkpoint_tiles_and_proofs_across_both_boundaries()
    {
        var (exit, output) = GoReader.Audit(log.Address, log.Key.ToString());

        Assert.True(exit == 0, output);
        var found = GoReader.Read(output);
        Assert.Equal(PublishedLog.Size, found.Size);
        // Level 0: 257 full, and the last one at every width it has had; level 1: a full one and a single hash; level 2: a single hash.
        Assert.Equal(257 + 221 + 1 + 1 + 1, found.Tiles);
        Assert.True(found is { Inclusions: >= 200, Consistencies: >= 50, Refused: > 2000 }, output);

        using var http = new HttpClient { BaseAddress = log.Address };
        Assert.Equal(PublishedLog.Size, (await LogAudit.CheckAsync(http, log.Key)).Entries.Count);
    }

    [Theory]
    [InlineData("/log/checkpoint", 30, "checkpoint: invalid signature")]
    [InlineData("/log/tile/entries/000", 40, "entries: their root is not the signed one")]
    [InlineData("/log/tile/entries/257.p/221", 40, "entries: their root is not the signed one")]
    [InlineData("/log/tile/0/000", 8191, "tile/0/000: not what the entries give")]
    [InlineData("/log/tile/0/257.p/221", 0, "tile/0/257.p/221: not what the entries give")]
    [InlineData("/log/tile/1/000", 4000, "tile/1/000: not what the entries give")]
    [InlineData("/log/tile/1/001.p/1", 31, "tile/1/001.p/1: not what the entries give")]
    [InlineData("/log/tile/2/000.p/1", 7, "tile/2/000.p/1: not what the entries give")]
    public void Go_refuses_one_altered_bit_in(string path, int at, string finding)
    {
        var (exit, output) = AuditLies((asked, body) =>
        {
            if (asked == path)
            {
                body[at] ^= 2;
            }

            return body;
        });

        Assert.Equal(1, exit);
        Assert.Contains(finding, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/ledger/proofs/inclusion", "FAIL inclusion of")]
    [InlineData("/v1/ledger/proofs/consistency", "FAIL consistency of")]
    public void Go_refuses_an_altered_proof(string path, string finding)
    {
        var (exit, output) = AuditLies((asked, body) =>
        {
            var text = Encoding.ASCII.GetString(body);
            var hash = text.IndexOf("\"hashes\":[\"", StringComparison.Ordinal) + "\"hashes\":[\"".Length;
            return asked == path && hash > 11 ? Encoding.ASCII.GetBytes(text[..hash] + (text[hash] == 'A' ? 'B' : 'A') + text[(hash + 1)..]) : body;
        });

        Assert.Equal(1, exit);
        Assert.StartsWith(finding, output, StringComparison.Ordinal);
    }

    [Fact]
    public void Go_refuses_another_key()
    {
        using var other = Ed25519PrivateKey.Generate();
        Assert.Equal(1, GoReader.Audit(log.Address, VerifierKey.Of(log.Key.Name, other.PublicKey).ToString()).Exit);
    }

    [Fact]
    public async Task Sigstore_verifies_the_same_inclusion_proofs_and_refuses_altered_ones()
    {
        using var http = new HttpClient { BaseAddress = log.Address };
        var honest = new List<Offline>();
        for (var index = 0; index < PublishedLog.Size; index += 317)
        {
            honest.Add(await FetchAsync(http, index));
        }

        foreach (var index in (int[])[255, 256, 65_535, 65_536, PublishedLog.Size - 1])
        {
            honest.Add(await FetchAsync(http, index));
        }

        Assert.True(honest.Count >= 200, $"{honest.Count} proofs");
        Assert.All(Verify(honest), static verdict => Assert.Equal("ok", verdict));

        var altered = honest.Take(40).SelectMany(static p => Alterations(p)).ToList();
        Assert.All(Verify(altered).Zip(altered), static v => Assert.True(v.First != "ok", $"taken: {v.Second.Alteration}"));
    }

    private (int Exit, string Output) AuditLies(Func<string, byte[], byte[]> liar)
    {
        log.Liar = liar;
        try
        {
            return GoReader.Audit(log.Address, log.Key.ToString());
        }
        finally
        {
            log.Liar = null;
        }
    }

    private string[] Verify(List<Offline> proofs) =>
        NodeReader.Read<string[]>("sigstore", JsonSerializer.SerializeToUtf8Bytes(new { Vkey = log.Key.ToString(), Proofs = proofs }, JsonSerializerOptions.Web));

    private static async Task<Offline> FetchAsync(HttpClient http, int index)
    {
        var (tile, width) = (index / TilePath.FullWidth, Math.Min(TilePath.FullWidth, PublishedLog.Size - index / TilePath.FullWidth * TilePath.FullWidth));
        var bundle = await http.GetByteArrayAsync($"/log/{TilePath.Entries((ulong)tile, width)}");
        Assert.True(EntryBundle.TryParse(bundle, width, out var entries));
        return new(entries[index % TilePath.FullWidth].ToArray(), await http.GetStringAsync(string.Create(CultureInfo.InvariantCulture, $"/log/proof/{index}.tlog-proof")), "");
    }

    private static IEnumerable<Offline> Alterations(Offline honest)
    {
        byte[] entry = [.. honest.Entry];
        entry[^1] ^= 1;
        yield return honest with { Entry = entry, Alteration = "entry" };

        var lines = honest.Proof.Split('\n');
        var index = int.Parse(lines[1].AsSpan("index ".Length), CultureInfo.InvariantCulture);
        yield return With(1, $"index {index ^ 1}");
        yield return With(2, lines[3]);
        yield return With(2, lines[2] + "\n" + lines[2]);
        var root = Array.IndexOf(lines, "") + 3;
        yield return With(root, Convert.ToBase64String(new byte[32]));
        yield return With(root - 1, (PublishedLog.Size + 1).ToString(CultureInfo.InvariantCulture));

        Offline With(int line, string text) =>
            honest with { Proof = string.Join('\n', [.. lines[..line], text, .. lines[(line + 1)..]]), Alteration = $"line {line} of the proof of {index}" };
    }

    /// <summary>An entry, and the .tlog-proof that speaks for it.</summary>
    private sealed record Offline(byte[] Entry, string Proof, string Alteration);
}

using System.IO.Compression;
using System.Text;
using System.Text.Json;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Bundles;
using LiveLedger.Harness.Commands;
using LiveLedger.Transparency.Bundles;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Cli.Bundles;

/// <summary>An honest bundle verifies, wherever its entries stand in the log, and the verdict says what was and was not shown.</summary>
public sealed class Bundles_that_hold : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-bundle-").FullName;

    [Fact]
    public void The_bundle_of_any_entries_of_any_small_tree_holds()
    {
        var random = new Random(7);
        for (var size = 1; size <= 300; size++)
        {
            var share = random.NextDouble();
            var own = Enumerable.Range(0, size).Where(_ => random.NextDouble() < share).Append(random.Next(size)).ToHashSet();
            AssertHolds(SampleBundle.Of(size, own.Contains), own.Count);
        }
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(5000, 0)]
    [InlineData(5000, 4999)]
    [InlineData(5000, 4095)]
    [InlineData(4096, 4095)]
    public void The_bundle_of_one_entry_holds(int size, int only) => AssertHolds(SampleBundle.Of(size, i => i == only), 1);

    [Fact]
    public void The_bundle_of_a_whole_log_has_no_hash_in_it()
    {
        var sample = SampleBundle.Of(1000, static _ => true);
        AssertHolds(sample, 1000);
        var entries = SampleBundle.Unpack(sample.Make())[BundleFiles.Entries].Length;
        Assert.Equal(sample.Own.Sum(static r => 8 + 2 + r.Entry.Encode().Length + 16 + 4 + r.Payload.Length) + 8, entries);
    }

    [Fact]
    public void The_same_log_gives_the_same_bytes() => Assert.Equal(SampleBundle.Usual().Make(), SampleBundle.Usual().Make());

    [Fact]
    public void Other_peoples_zip_code_reads_it()
    {
        var bundle = SampleBundle.Usual().Make();
        using var zip = new ZipArchive(new MemoryStream(bundle));
        Assert.Equal(BundleFiles.InOrder, zip.Entries.Select(static e => e.FullName));
        Assert.All(zip.Entries, static e => Assert.Equal(new DateTime(1980, 1, 1), e.LastWriteTime.DateTime));
        Assert.Equal(bundle, SampleBundle.Pack(SampleBundle.Unpack(bundle)));
    }

    [Fact]
    public async Task The_verdict_says_whose_key_it_was()
    {
        var file = await SaveAsync(SampleBundle.Usual().Make());

        var (exit, output, _) = await CommandLine.RunAsync("audit", "bundle", "verify", file);
        Assert.True(exit == 0, output);
        Assert.StartsWith($"OK   400 entries of broadcast {SampleBundle.Broadcast} are in the signed tree of size 600, with their payloads", output);
        Assert.Contains("4 streams, each whole from version 0 to the head that the bundle names", output);
        Assert.Contains("nobody vouches for it", output);
        Assert.Contains("not shown:", output);

        (exit, output, _) = await CommandLine.RunAsync("audit", "bundle", "verify", file, "--key", SampleBundle.Signer.VerifierKey.ToString(), "--json");
        Assert.True(exit == 0, output);
        var told = JsonDocument.Parse(output).RootElement;
        Assert.Equal((true, "reader", 400), (told.GetProperty("ok").GetBoolean(), told.GetProperty("keyFrom").GetString(), told.GetProperty("entries").GetInt32()));

        var policy = Path.Combine(_folder, "policy");
        await File.WriteAllTextAsync(policy, $"log {SampleBundle.Signer.VerifierKey}\nquorum none\n");
        (exit, output, _) = await CommandLine.RunAsync("audit", "bundle", "verify", file, "--policy", policy);
        Assert.True(exit == 0, output);
        Assert.Contains("which your policy lists", output);
    }

    [Fact]
    public async Task Another_key_or_an_unmet_policy_FAILs_by_name()
    {
        var file = await SaveAsync(SampleBundle.Usual().Make());
        using var other = Ed25519PrivateKey.Generate();

        var (exit, output, _) = await CommandLine.RunAsync("audit", "bundle", "verify", file, "--key", VerifierKey.Of("ledger.example/main", other.PublicKey).ToString());
        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the bundle is of another log", output);
        Assert.Contains("refused: key-not-trusted", output);

        var policy = Path.Combine(_folder, "policy");
        await File.WriteAllTextAsync(policy, $"log {SampleBundle.Signer.VerifierKey}\n{Witness()}quorum w1\n");
        (exit, output, _) = await CommandLine.RunAsync("audit", "bundle", "verify", file, "--policy", policy);
        Assert.Equal(1, exit);
        Assert.Contains("refused: policy-not-met", output);
    }

    [Fact]
    public async Task A_good_bundle_of_another_broadcast_than_the_one_asked_for_FAILs_and_is_not_kept()
    {
        const string Other = "01990000-0000-7000-8000-000000000002";
        var bundle = SampleBundle.Usual().Make();
        var file = await SaveAsync(bundle);
        Assert.Equal(0, (await CommandLine.RunAsync("audit", "bundle", "verify", file, "--broadcast", SampleBundle.Broadcast)).Exit);
        var (exit, output, _) = await CommandLine.RunAsync("audit", "bundle", "verify", file, "--broadcast", Other);
        Assert.Equal(1, exit);
        Assert.StartsWith($"FAIL the bundle is of broadcast {SampleBundle.Broadcast}, and not of {Other}\n     refused: broadcast-mismatch", output);

        using var server = new TestOrigin();
        server.Files = new[] { Other, SampleBundle.Broadcast }.ToDictionary(static b => $"/v1/ledger/bundles/{b}", _ => bundle);
        var (token, made) = (Path.Combine(_folder, "token"), Path.Combine(_folder, "made"));
        await File.WriteAllTextAsync(token, "token");
        (exit, output, _) = await CommandLine.RunAsync("audit", "bundle", "make", server.Address.AbsoluteUri, Other, "--out", made, "--token-file", token);
        Assert.Equal(1, exit);
        Assert.Contains("refused: broadcast-mismatch", output);
        Assert.False(File.Exists(made));
        Assert.Equal(0, (await CommandLine.RunAsync("audit", "bundle", "make", server.Address.AbsoluteUri, SampleBundle.Broadcast, "--out", made, "--token-file", token)).Exit);
        Assert.Equal(bundle, await File.ReadAllBytesAsync(made));
    }

    [Fact]
    public async Task What_a_server_refuses_is_no_verdict()
    {
        using var server = new TestOrigin();
        var token = await SaveAsync("token"u8.ToArray());
        var (exit, output, error) = await CommandLine.RunAsync("audit", "bundle", "make", server.Address.AbsoluteUri, SampleBundle.Broadcast, "--out", Path.Combine(_folder, "made"), "--token-file", token);
        Assert.Equal((3, ""), (exit, output));
        Assert.Contains("the server refused", error);
    }

    [Fact]
    public async Task What_is_no_file_or_no_command_line_is_no_verdict()
    {
        var (exit, output, error) = await CommandLine.RunAsync("audit", "bundle", "verify", Path.Combine(_folder, "none"));
        Assert.Equal((3, ""), (exit, output));
        Assert.Contains("cannot read", error);

        (exit, _, _) = await CommandLine.RunAsync("audit", "bundle", "verify", await SaveAsync([]), "--key", "x");
        Assert.Equal(2, exit);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A policy's line of a witness that has cosigned nothing.</summary>
    internal static string Witness()
    {
        using var key = Ed25519PrivateKey.FromSeed(Enumerable.Repeat((byte)9, 32).ToArray());
        return $"witness w1 {Transparency.Cosignatures.CosignerKey.Of("witness.example/w1", key.PublicKey)}\n";
    }

    private static void AssertHolds(SampleBundle sample, int entries)
    {
        var seen = new List<ulong>();
        var found = BundleVerification.Of(new MemoryStream(sample.Make()), SampleBundle.Signer.VerifierKey, null, _ => (index, _, payload) =>
        {
            Assert.Contains("number", Encoding.UTF8.GetString(payload));
            seen.Add(index.Value);
        });
        Assert.Null(found.Fault);
        Assert.Equal((ulong)entries, found.Entries);
        Assert.Equal(sample.Own.Select(static r => r.Index), seen);
    }

    private async Task<string> SaveAsync(byte[] bundle)
    {
        var file = Path.Combine(_folder, $"{Guid.NewGuid():n}.bundle.zip");
        await File.WriteAllBytesAsync(file, bundle);
        return file;
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LiveLedger.Harness.Bundles;
using LiveLedger.Harness.Commands;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Media;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Media.Records;
using LiveLedger.Transparency.Bundles;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Stories;

/// <summary>A broadcast's bundle is fetched from a real server, and says everything after the server is gone for good.</summary>
public sealed class Bundles_stand_alone : IAsyncLifetime
{
    private const string Ann = "ann.of.green.gables@example.com";

    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-bundles-").FullName;
    private ServerProcess _server = null!;
    private CmafSource _source = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ServerProcess.StartAsync(await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync());
        _source = await CmafSource.MakeAsync(10);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _source.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_bundle_says_all_of_its_broadcast_when_the_server_is_killed_and_an_altered_one_is_refused_by_name()
    {
        using var acme = await Broadcaster.AdmitAsync(_server, "acme");
        using var rival = await Broadcaster.AdmitAsync(_server, "rival");
        var (mine, theirs) = (await acme.GoLiveAsync(), await rival.GoLiveAsync());
        await mine.PublishAsync(_source, 0, 3);
        await theirs.PublishAsync(_source, 0, 2);
        var viewer = await Viewer.ComeAsync(mine, Ann);
        await viewer.EntitleAsync();
        Assert.Equal(HttpStatusCode.OK, (await viewer.AskAsync(await mine.KeyIdAsync("0"))).StatusCode);
        await mine.WaitLoggedAsync();
        await mine.EndAsync();
        await UntilLoggedAsync(acme, mine, "broadcast-ended");
        await UntilLoggedAsync(acme, mine, "licence-granted");

        // Its owner and an auditor are given it; another broadcaster, a viewer and somebody without a token are not.
        var own = await MakeAsync(mine, acme.Token);
        var audited = await MakeAsync(mine, await Broadcaster.TokenAsync(_server, "eve", "auditor"));
        var (exit, output, error) = await RunAsync("make", _server.BaseUrl.AbsoluteUri, mine.Id.ToString(), "--out", Path.Combine(_folder, "none"), "--token-file", await TokenFileAsync(rival.Token));
        Assert.Equal((3, ""), (exit, output));
        Assert.Contains("broadcast-unknown", error);
        Assert.Equal([own, audited], Directory.GetFiles(_folder, "*.zip").Order(StringComparer.Ordinal));
        Assert.Equal(HttpStatusCode.Unauthorized, (await _server.Http.GetAsync($"/v1/ledger/bundles/{mine.Id}")).StatusCode);
        using var watching = _server.As(viewer.Token);
        Assert.Equal(HttpStatusCode.Unauthorized, (await watching.GetAsync($"/v1/ledger/bundles/{mine.Id}")).StatusCode);

        Assert.True(VerifierKey.TryParse((await _server.Http.GetStringAsync("/log/key")).TrimEnd('\n'), out var key));
        var log = await LogAudit.CheckAsync(_server.Http, key);
        await _server.KillAsync();

        (exit, output, error) = await RunAsync("verify", own, "--key", key.ToString(), "--identity", IdentityText.Format(acme.Identity.PublicKey), "--json");
        Assert.True(exit == 0, output + error);
        var told = JsonSerializer.Deserialize<JsonElement>(output);
        Assert.Equal(3 * _source.Tracks.Count, told.GetProperty("records").GetInt32());
        Assert.Equal(("reader", mine.Id.ToString()), (told.GetProperty("keyFrom").GetString(), told.GetProperty("broadcast").GetString()));

        // Just what somebody who read the whole log finds there: everything about this broadcast and nothing about another.
        var files = SampleBundle.Unpack(await File.ReadAllBytesAsync(own));
        Assert.True(BundleContents.TryParse(files[BundleFiles.Contents], out var contents));
        var streams = contents.Streams.Select(static s => s.Name).ToHashSet();
        Assert.Equal(log.Entries.Count(e => streams.Contains(e.Stream)), told.GetProperty("entries").GetInt32());
        Assert.All(log.Entries.Where(e => e.Stream.Contains(mine.Id.ToString(), StringComparison.Ordinal)), e => Assert.Contains(e.Stream, streams));
        Assert.All(files.Values, bytes => Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(theirs.Id.ToString()))));

        // Another identity, and one byte more or less of any file.
        (exit, output, _) = await RunAsync("verify", own, "--identity", IdentityText.Format(rival.Identity.PublicKey));
        Assert.Equal(1, exit);
        Assert.Contains("refused: record-refused", output);
        foreach (var (name, refusals) in s_refusals)
        {
            var altered = SampleBundle.Unpack(await File.ReadAllBytesAsync(own));
            altered[name][altered[name].Length / 2] ^= 1;
            var file = Path.Combine(_folder, "altered.zip");
            await File.WriteAllBytesAsync(file, SampleBundle.Pack(altered));
            (exit, output, _) = await RunAsync("verify", file, "--key", key.ToString());
            Assert.Equal(1, exit);
            Assert.Contains(refusals, r => output.Contains($"refused: {r}\n", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_bundle_holds_neither_an_erased_persons_name_nor_key_and_proves_the_same()
    {
        using var acme = await Broadcaster.AdmitAsync(_server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await (await Viewer.ComeAsync(broadcast, Ann)).EntitleAsync();
        await UntilLoggedAsync(acme, broadcast, "entitlement-granted");
        var keys = Directory.GetFiles(Path.Combine(_server.Data, "keys", "subjects", "scopes", $"{broadcast.Id}"), "*", SearchOption.AllDirectories).Select(File.ReadAllBytes).ToList();
        Assert.NotEmpty(keys);
        var before = await MakeAsync(broadcast, acme.Token);

        (await acme.Api.PostAsync($"/v1/subjects/{Uri.EscapeDataString(Ann)}/erasure", null)).EnsureSuccessStatusCode();
        await UntilLoggedAsync(acme, broadcast, "subject-erasure-ordered");
        var after = await MakeAsync(broadcast, acme.Token);

        foreach (var file in (string[])[before, after])
        {
            var unpacked = SampleBundle.Unpack(await File.ReadAllBytesAsync(file));
            Assert.Contains("entitlement-granted", Encoding.Latin1.GetString(unpacked[BundleFiles.Entries]), StringComparison.Ordinal);
            foreach (var secret in keys.Append(Encoding.UTF8.GetBytes(Ann)).Append("green.gables"u8.ToArray()))
            {
                Assert.All(unpacked.Values, bytes => Assert.Equal(-1, bytes.AsSpan().IndexOf(secret)));
            }

            var (exit, output, _) = await RunAsync("verify", file);
            Assert.True(exit == 0, output);
        }
    }

    private static readonly (string Name, string[] Refusals)[] s_refusals =
    [
        (BundleFiles.Readme, ["readme-altered"]),
        (BundleFiles.Checkpoint, ["checkpoint-refused"]),
        (BundleFiles.Key, ["key-malformed", "key-not-trusted"]),
        (BundleFiles.Policy, ["policy-malformed"]),
        (BundleFiles.Contents, ["contents-malformed", "stream-not-listed", "stream-incomplete"]),
        (BundleFiles.Entries, ["payload-altered", "root-mismatch", "entries-malformed", "stream-not-listed", "stream-incomplete", "entry-of-another"]),
    ];

    private async Task<string> MakeAsync(RunningBroadcast broadcast, string token)
    {
        var file = Path.Combine(_folder, $"{Guid.CreateVersion7()}.bundle.zip");
        var (exit, output, error) = await RunAsync("make", _server.BaseUrl.AbsoluteUri, broadcast.Id.ToString(), "--out", file, "--token-file", await TokenFileAsync(token));
        Assert.True(exit == 0, output + error);
        Assert.StartsWith("OK   ", output, StringComparison.Ordinal);
        return file;
    }

    private async Task<string> TokenFileAsync(string token)
    {
        var file = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(file, token);
        return file;
    }

    // Under a checkpoint and in the index.
    private static async Task UntilLoggedAsync(Broadcaster owner, RunningBroadcast broadcast, string type)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await owner.Api.GetFromJsonAsync<JsonElement>($"/v1/ledger/entries?broadcast={broadcast.Id}&type={type}")).GetProperty("items").GetArrayLength() == 0)
        {
            await Task.Delay(100, patience.Token);
        }
    }

    private static Task<(int Exit, string Output, string Error)> RunAsync(string verb, params string[] more) => CommandLine.RunAsync(["audit", "bundle", verb, .. more]);
}

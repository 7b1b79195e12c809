using System.Diagnostics;
using System.Net;
using System.Text;
using LiveLedger.Harness.Commands;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;

namespace LiveLedger.Stories;

/// <summary>A real server and two real witnesses. A reader holds a policy of both, and is shown nothing that they have not seen.</summary>
public sealed class Witnesses_cosign : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-witnessed-").FullName;
    private readonly RunningWitness?[] _witnesses = new RunningWitness?[2];

    [Fact]
    public async Task A_reader_is_shown_what_both_have_seen_while_one_is_killed_and_comes_back()
    {
        var database = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync();
        var data = Path.Combine(_folder, "data");
        VerifierKey log;
        await using (var first = await ServerProcess.StartAsync(database, data))
        {
            Assert.True(VerifierKey.TryParse((await first.Http.GetStringAsync("/log/key")).Trim(), out log!));
            await first.StopAsync();
        }

        for (var i = 0; i < _witnesses.Length; i++)
        {
            _witnesses[i] = await RunningWitness.StartAsync(Path.Combine(_folder, $"w{i}"), log, "http://127.0.0.1:0");
        }

        var file = $"log {log}\n{string.Concat(_witnesses.Select((w, i) => $"witness w{i} {w!.Key} {w.Url}\n"))}group both all w0 w1\nquorum both\n";
        await File.WriteAllTextAsync(Path.Combine(_folder, "policy"), file);
        Assert.True(TrustPolicy.TryParse(Encoding.UTF8.GetBytes(file), out var policy, out _));

        await using var server = await ServerProcess.StartAsync(
            database, data, new Dictionary<string, string> { ["LIVELEDGER_WITNESSES"] = Path.Combine(_folder, "policy") });
        using var studio = await Broadcaster.AdmitAsync(server, "studio");
        await studio.CreateAsync();
        var before = await UntilServedAsync(server, policy, above: 0);

        await _witnesses[1]!.KillAsync();
        await studio.CreateAsync();
        await Task.Delay(1500);
        Assert.Equal(before, await SizeAsync(server, policy));
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/health/ready")).StatusCode);

        _witnesses[1] = await RunningWitness.StartAsync(Path.Combine(_folder, "w1"), log, $"http://127.0.0.1:{new Uri(_witnesses[1]!.Url).Port}");
        await UntilServedAsync(server, policy, above: before);
        await LogAudit.CheckAsync(server.Http, log);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var witness in _witnesses)
        {
            await (witness?.KillAsync() ?? Task.CompletedTask);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<ulong> UntilServedAsync(ServerProcess server, TrustPolicy policy, ulong above)
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            var size = await SizeAsync(server, policy);
            if (size > above)
            {
                return size;
            }

            Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(40), $"nothing above {above} was cosigned by both:\n{string.Join('\n', server.Log.TakeLast(10))}");
            await Task.Delay(50);
        }
    }

    // Whatever is served satisfies the policy, always.
    private static async Task<ulong> SizeAsync(ServerProcess server, TrustPolicy policy)
    {
        using var response = await server.Http.GetAsync("/log/checkpoint");
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return 0;
        }

        var verdict = policy.Check(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(PolicyResult.Satisfied, verdict.Result);
        Assert.Equal(2, verdict.Cosigned.Count);
        return verdict.Checkpoint!.Head.Size.Value;
    }
}

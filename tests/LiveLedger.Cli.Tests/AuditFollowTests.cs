using System.Text.Json;
using LiveLedger.Cli.Audit;
using LiveLedger.Harness.Commands;

namespace LiveLedger.Cli;

/// <summary>`audit follow` while the log grows, lies and is away.</summary>
public sealed class AuditFollowTests : IDisposable
{
    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(20);

    private readonly ServedLog _log = new();
    private readonly string _memory = Path.Combine(Directory.CreateTempSubdirectory("liveledger-follow-").FullName, "memory");
    private readonly List<FollowStep> _told = [];

    [Fact]
    public async Task A_log_that_grows_is_followed_step_by_step()
    {
        _log.Serve(ServedLog.Entries(0));
        using var stop = new CancellationTokenSource();
        var follower = FollowAsync(stop.Token);
        await UntilToldAsync(static s => s.Head?.Size.Value == 0);
        foreach (var size in (ulong[])[7, 255, 256, 600])
        {
            _log.Serve(ServedLog.Entries((int)size));
            await UntilToldAsync(s => s.Head?.Size.Value == size);
        }

        await stop.CancelAsync();

        var verdict = await follower;
        Assert.True(verdict.Ok, verdict.ToText());
        Assert.Equal("every checkpoint extended the one before: from 0 to 600 entries", verdict.Finding);
        Assert.Equal([0UL, 7, 255, 256, 600], _told.Where(static s => s.Head is not null).Select(static s => s.Head!.Value.Size.Value));
    }

    [Fact]
    public async Task What_was_seen_is_remembered_for_the_next_time()
    {
        _log.Serve(ServedLog.Entries(7));
        Assert.Equal(0, (await RunAsync()).Exit);
        _log.Serve(ServedLog.Entries(300));

        var (exit, output, error) = await RunAsync("--json");

        Assert.Equal(0, exit);
        Assert.Contains("extends    size 300", error);
        using var json = JsonDocument.Parse(output);
        Assert.Equal((7, 300), (json.RootElement.GetProperty("from").GetInt32(), json.RootElement.GetProperty("size").GetInt32()));
    }

    [Fact]
    public async Task A_rewritten_log_FAILs_and_leaves_the_memory_as_it_is()
    {
        _log.Serve(ServedLog.Entries(7));
        await RunAsync();
        var before = await File.ReadAllBytesAsync(_memory);
        var rewritten = ServedLog.Entries(300);
        rewritten[3] = ServedLog.Entry(3, "rewritten");
        _log.Serve(rewritten);

        var (exit, output, _) = await RunAsync();

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the log was rewritten", output);
        Assert.Equal(before, await File.ReadAllBytesAsync(_memory));
    }

    [Fact]
    public async Task A_fork_at_the_same_size_FAILs()
    {
        _log.Serve(ServedLog.Entries(7));
        await RunAsync();
        var other = ServedLog.Entries(7);
        other[6] = ServedLog.Entry(6, "other");
        _log.Serve(other);

        var (exit, output, _) = await RunAsync();

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the log has forked", output);
    }

    [Fact]
    public async Task A_log_that_shrank_FAILs()
    {
        _log.Serve(ServedLog.Entries(7));
        await RunAsync();
        _log.Serve(ServedLog.Entries(6));

        var (exit, output, _) = await RunAsync();

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the log has shrunk", output);
    }

    [Fact]
    public async Task Another_key_FAILs_though_the_log_serves_it_itself()
    {
        _log.Serve(ServedLog.Entries(7));
        await RunAsync();
        using var impostor = new ServedLog();
        impostor.Serve(ServedLog.Entries(8));

        var (exit, output, _) = await CommandLine.RunAsync("audit", "follow", impostor.Address.AbsoluteUri, "--remember", _memory, "--for", "1");

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the checkpoint does not open", output);
    }

    [Fact]
    public async Task A_log_that_is_away_for_a_while_is_no_lie()
    {
        _log.Serve(ServedLog.Entries(7));
        using var stop = new CancellationTokenSource();
        var follower = FollowAsync(stop.Token);
        await UntilToldAsync(static s => s.Head?.Size.Value == 7);
        _log.Files = [];
        await UntilToldAsync(static s => s.What == "away");
        _log.Serve(ServedLog.Entries(9));
        await UntilToldAsync(static s => s.Head?.Size.Value == 9);
        await stop.CancelAsync();

        Assert.True((await follower).Ok);
    }

    [Fact]
    public async Task A_log_that_never_answers_is_no_verdict()
    {
        var (exit, output, error) = await RunAsync();

        Assert.Equal((3, ""), (exit, output));
        Assert.Contains("no checkpoint was seen", error);
    }

    public void Dispose()
    {
        _log.Dispose();
        Directory.Delete(Path.GetDirectoryName(_memory)!, recursive: true);
    }

    private Task<(int Exit, string Output, string Error)> RunAsync(params string[] more) =>
        CommandLine.RunAsync(["audit", "follow", _log.Address.AbsoluteUri, "--remember", _memory, "--interval", "0.1", "--for", "1", .. more]);

    private async Task<AuditVerdict> FollowAsync(CancellationToken cancellation)
    {
        using var http = LogReader.Http();
        return await new FollowAudit(http, _log.Address, _memory, s_often, step =>
        {
            lock (_told)
            {
                _told.Add(step);
            }
        }).RunAsync(new(null, null), null, cancellation);
    }

    private async Task UntilToldAsync(Predicate<FollowStep> wanted)
    {
        for (var waited = 0; ; waited++)
        {
            lock (_told)
            {
                if (_told.Exists(wanted))
                {
                    return;
                }
            }

            Assert.True(waited < 1000, "told within ten seconds");
            await Task.Delay(10);
        }
    }
}

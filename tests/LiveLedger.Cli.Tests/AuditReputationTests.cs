using LiveLedger.Cli.Audit;
using LiveLedger.Cli.Rest;
using LiveLedger.Harness.Commands;
using LiveLedger.Harness.Media;
using LiveLedger.Media;
using LiveLedger.Media.Records;

namespace LiveLedger.Cli;

/// <summary>`audit reputation` against servers whose word is what their own log comes to, and whose log is not what happened.</summary>
public sealed class AuditReputationTests : IDisposable
{
    private readonly ServedSwarm _swarm = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-reputation-").FullName;

    [Fact]
    public async Task What_was_received_and_what_was_forked_counts_as_the_server_says()
    {
        var segment = _swarm.Begin().Record;
        var (one, other) = (_swarm.Receipt(segment, 1, 3), _swarm.Receipt(segment, 1, 2));
        _swarm.File(one);
        _swarm.File(other);
        _swarm.Fork(one, other);
        _swarm.Serve();

        Assert.Contains("1 forks, 0 convictions", await HoldsAsync());
    }

    [Fact]
    public async Task A_renewal_that_is_kept_back_is_missed()
    {
        _swarm.Admit(0);
        Pass(upTo: 54);
        var renewal = _swarm.Next;
        _swarm.Admit(0);
        var segment = Pass(upTo: 81).Record;
        _swarm.Admit(1);
        _swarm.File(_swarm.Receipt(segment, 1, 3));

        _swarm.Serve();
        Assert.Contains("1 receipts of 1 receivers lately, 40000 bytes", await HoldsAsync());
        // Without it the sender's key was forgotten before it handed anything in.
        _swarm.Serve(hidden: renewal);
        await FalseAsync($"1 events of the broadcast are in the log and were not shown, the first at index {renewal}");
    }

    [Fact]
    public async Task An_admission_in_a_stream_that_is_not_the_broadcasts_admits_nobody()
    {
        _swarm.Begin();
        _swarm.Admit(0, "admission/elsewhere");
        _swarm.Serve();

        await FalseAsync("event 3 as shown is not one of the broadcast's in the signed log");
    }

    [Fact]
    public async Task A_fork_that_the_sender_never_handed_in_is_not_its_own()
    {
        var segment = _swarm.Begin().Record;
        var (one, other) = (_swarm.Receipt(segment, 1, 3), _swarm.Receipt(segment, 1, 2));
        _swarm.File(one);
        // The receiver has signed it, and brings it to the server by itself.
        _swarm.Fork(one, other);
        _swarm.Serve();

        await FalseAsync("event 4 tells of a fork, and no batches in the log hold it");
    }

    [Fact]
    public async Task A_word_from_before_a_ban_is_good_for_half_a_minute()
    {
        _swarm.Begin();
        var ban = _swarm.Next;
        _swarm.Ban();
        _swarm.Now = TimeSpan.FromSeconds(30);
        _swarm.Log("something-else", "elsewhere/1", new { });
        _swarm.Serve(until: ban);
        Assert.Contains("0 convictions", await HoldsAsync());

        _swarm.Now = TimeSpan.FromSeconds(31);
        _swarm.Log("something-else", "elsewhere/2", new { });
        _swarm.Serve(until: ban);
        await FalseAsync($"is of event 2 and leaves out event {ban}, peer-banned");
    }

    [Fact]
    public async Task A_segment_is_as_long_as_the_broadcaster_signed()
    {
        _swarm.Begin();
        _swarm.Seal(_swarm.Signer.SignNext("0", ServedSwarm.TreeOf(40_000)), bytes: 4_000_000);
        _swarm.Serve();

        await FalseAsync("event 3 tells of 4000000 bytes, and its record is of segment 1 of track 0 in epoch 0 with 40000 bytes");
    }

    [Fact]
    public async Task A_segment_that_the_server_signed_itself_is_none()
    {
        _swarm.Begin();
        using var own = new SampleSigner(_swarm.Broadcast, DateTimeOffset.FromUnixTimeSeconds(1_790_000_040));
        _swarm.Seal(own.SignNext("1", ServedSwarm.TreeOf(40_000)));
        _swarm.Serve();

        await FalseAsync("event 3 tells of a segment, and its record does not hold: record-signature");
    }

    [Fact]
    public async Task A_segment_is_there_once()
    {
        _swarm.Seal(_swarm.Begin());
        _swarm.Serve();

        await FalseAsync("event 3 logs segment 0 of track 0 where it does not belong");
    }

    [Fact]
    public async Task A_conviction_holds_by_the_broadcasters_record()
    {
        _swarm.Begin();
        _swarm.Convict(0, _swarm.Signer);
        _swarm.Serve();
        Assert.Contains("stands at 0, banned", await HoldsAsync());

        // One that the platform has made up, of a broadcaster that it has made up.
        using var own = new SampleSigner(_swarm.Broadcast, DateTimeOffset.FromUnixTimeSeconds(1_790_000_040));
        _swarm.Convict(0, own);
        _swarm.Serve();
        await FalseAsync($"event 4 convicts {_swarm.Sender}, and its proof proves nothing of it");
    }

    [Fact]
    public async Task A_key_convicts_nobody_but_whom_it_acts_for()
    {
        _swarm.Begin();
        // What the receiver's key has done, the platform gives to the sender.
        _swarm.Admit(0, key: 1);
        _swarm.Convict(1, _swarm.Signer);
        _swarm.Serve();

        await FalseAsync($"event 4 convicts {_swarm.Sender}, and its proof proves nothing of it");
    }

    [Fact]
    public async Task The_broadcaster_is_whom_the_auditor_trusts()
    {
        _swarm.Begin();
        _swarm.Serve();

        Assert.Contains("(pinned)", await HoldsAsync("--identity", IdentityText.Format(_swarm.Signer.Identity.PublicKey)));
        using var other = new SampleSigner(_swarm.Broadcast, DateTimeOffset.UnixEpoch);
        await FalseAsync("the signer's certificate does not hold: identity-mismatch", "--identity", IdentityText.Format(other.Identity.PublicKey));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Pages_that_stand_still_are_a_lie(int shown)
    {
        _swarm.Begin();
        _swarm.Serve();
        // Whatever is asked for: there is more, from the beginning on.
        _swarm.Page(3, 0, Enumerable.Range(0, shown));

        await FalseAsync($"the server's pages stand still at index {shown}, and it says there is more from 0 on");
    }

    [Fact]
    public async Task Pages_that_begin_again_are_a_lie()
    {
        _swarm.Begin();
        _swarm.Serve();
        _swarm.Page(3, 2, Enumerable.Range(0, 2));

        await FalseAsync("the server's pages go back, from index 2 to 0");
    }

    [Fact]
    public async Task An_index_that_never_comes_up_to_the_log_is_given_up()
    {
        _swarm.Begin();
        _swarm.Serve();
        _swarm.Page(2, null, []);
        using var api = new ServerApi(_swarm.Address, "token");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var reading = new ShownEvents(api, _swarm.Broadcast, 2, TimeSpan.FromSeconds(1)).ReadAsync(patience.Token);

        var gaveUp = await Assert.ThrowsAsync<CommandFailure>(async () => await reading.CountAsync(patience.Token));

        Assert.Equal("the standing is of event 2, and for 1 seconds the server has shown nothing from 0 on: its index goes up to 2", gaveUp.Message);
        Assert.Equal(ExitCode.CouldNotTell, gaveUp.Code);
    }

    public void Dispose()
    {
        _swarm.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // A segment every nine minutes: the broadcast's clock goes by its events.
    private SignedRecord Pass(int upTo)
    {
        SignedRecord? last = null;
        while (_swarm.Now < TimeSpan.FromMinutes(upTo))
        {
            _swarm.Now += TimeSpan.FromMinutes(9);
            last = _swarm.Seal(_swarm.Signer.SignNext("0", ServedSwarm.TreeOf(40_000)));
        }

        return last!;
    }

    private async Task<string> HoldsAsync(params string[] more)
    {
        var (exit, output, error) = await RunAsync(more);
        Assert.True(exit == ExitCode.Good, output + error);
        return output;
    }

    private async Task FalseAsync(string finding, params string[] more)
    {
        var (exit, output, error) = await RunAsync(more);
        Assert.True(exit == ExitCode.VerifiedFalse, output + error);
        Assert.Contains(finding, output, StringComparison.Ordinal);
    }

    private async Task<(int Exit, string Output, string Error)> RunAsync(string[] more)
    {
        var token = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(token, "token");
        return await CommandLine.RunAsync(["audit", "reputation", _swarm.Broadcast.ToString(), _swarm.Sender.ToString(), "--server", _swarm.Address.AbsoluteUri, "--token-file", token, .. more]);
    }
}

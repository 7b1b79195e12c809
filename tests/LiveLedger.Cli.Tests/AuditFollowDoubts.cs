using LiveLedger.Cli.Audit;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Commands;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;

namespace LiveLedger.Cli;

/// <summary>`audit follow` of a log that signs what it does not prove, or what no witness cosigns: never OK, and FAIL where it is a lie.</summary>
public sealed class AuditFollowDoubts : IDisposable
{
    private readonly ServedLog _log = new();
    private readonly Ed25519PrivateKey _witness = Ed25519PrivateKey.Generate();
    private readonly string _memory = Path.Combine(Directory.CreateTempSubdirectory("liveledger-follow-").FullName, "memory");

    [Theory]
    [InlineData(7, "the log has forked")]
    [InlineData(300, "the log was rewritten")]
    [InlineData(6, "the log has shrunk")]
    public async Task What_honest_witnesses_refuse_is_a_FAIL_and_not_waited_for(int size, string finding)
    {
        _log.Serve(ServedLog.Entries(7));
        Cosign();
        var lie = ServedLog.Entries(size);
        lie[3] = ServedLog.Entry(3, "rewritten");

        var verdict = await FollowAsync(Policy(), ("remembered", () => _log.Serve(lie)));

        Assert.False(verdict.Ok, verdict.ToText());
        Assert.StartsWith(finding, verdict.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tree_that_no_quorum_has_cosigned_by_the_end_is_no_OK()
    {
        _log.Serve(ServedLog.Entries(7));
        Cosign();

        var failure = await Assert.ThrowsAsync<CommandFailure>(() => FollowAsync(
            Policy(), ("remembered", () => _log.Serve(ServedLog.Entries(300))), ("unwitnessed", null)));

        Assert.Equal(ExitCode.CouldNotTell, failure.Code);
        Assert.Contains("a tree of size 300", failure.Message, StringComparison.Ordinal);
        Assert.Contains("quorum has not cosigned", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tree_that_is_cosigned_late_is_OK_and_so_is_one_that_is_served_bare_again()
    {
        _log.Serve(ServedLog.Entries(7));
        Cosign();
        var verdict = await FollowAsync(
            Policy(), ("remembered", () => _log.Serve(ServedLog.Entries(300))), ("unwitnessed", Cosign), ("extends", () => _log.Serve(ServedLog.Entries(300))));

        Assert.True(verdict.Ok, verdict.ToText());
    }

    [Fact]
    public async Task A_forked_tree_whose_proof_is_withheld_is_no_OK()
    {
        _log.Serve(ServedLog.Entries(7));
        Assert.Equal(0, (await RunAsync()).Exit);
        ServeUnproven(300);

        var (exit, output, error) = await RunAsync();
        Assert.Equal((3, ""), (exit, output));
        Assert.Contains("unproven   size 300", error, StringComparison.Ordinal);
        Assert.Contains("has signed a tree of size 300", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7, "the log has shrunk")]
    [InlineData(300, "the log has forked")]
    [InlineData(400, "the log was rewritten")]
    public async Task A_log_that_goes_back_to_the_truth_from_an_unproven_fork_FAILs(int size, string finding)
    {
        _log.Serve(ServedLog.Entries(7));
        var verdict = await FollowAsync(null, ("remembered", () => ServeUnproven(300)), ("unproven", () => _log.Serve(ServedLog.Entries(size))));

        Assert.False(verdict.Ok, verdict.ToText());
        Assert.StartsWith(finding, verdict.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tree_whose_proof_comes_late_is_OK()
    {
        _log.Serve(ServedLog.Entries(7));
        var verdict = await FollowAsync(
            null, ("remembered", () => Hide(300)), ("unproven", () => Hide(310)), ("unproven 310", () => _log.Serve(ServedLog.Entries(320))), ("extends", null));

        Assert.True(verdict.Ok, verdict.ToText());
        Assert.Equal("every checkpoint extended the one before: from 7 to 320 entries", verdict.Finding);
    }

    public void Dispose()
    {
        _log.Dispose();
        _witness.Dispose();
        Directory.Delete(Path.GetDirectoryName(_memory)!, recursive: true);
    }

    private Task<(int Exit, string Output, string Error)> RunAsync() =>
        CommandLine.RunAsync("audit", "follow", _log.Address.AbsoluteUri, "--remember", _memory, "--interval", "0.1", "--for", "1");

    // Follows to the end of a story: what is waited for (what is told, and of which size), and what the log does then.
    private async Task<AuditVerdict> FollowAsync(TrustPolicy? policy, params (string Told, Action? Then)[] story)
    {
        using var http = LogReader.Http();
        using var stop = new CancellationTokenSource();
        var at = 0;
        void Tell(FollowStep step)
        {
            if (at < story.Length && $"{step.What} {step.Head?.Size}".StartsWith(story[at].Told, StringComparison.Ordinal))
            {
                story[at++].Then?.Invoke();
                if (at >= story.Length)
                {
                    stop.CancelAfter(200);
                }
            }
        }

        stop.CancelAfter(TimeSpan.FromSeconds(20));
        var verdict = await new FollowAudit(http, _log.Address, _memory, TimeSpan.FromMilliseconds(20), Tell).RunAsync(new(null, policy), null, stop.Token);
        Assert.True(at >= story.Length, $"the story went on to the end, and not to {at}");
        return verdict;
    }

    private void ServeUnproven(int size)
    {
        var forked = ServedLog.Entries(size);
        forked[3] = ServedLog.Entry(3, "rewritten");
        _log.Serve(forked);
        HideTiles();
    }

    private void Hide(int size)
    {
        _log.Serve(ServedLog.Entries(size));
        HideTiles();
    }

    private void HideTiles() =>
        _log.Files = _log.Files.Where(static f => !f.Key.StartsWith("/log/tile/", StringComparison.Ordinal)).ToDictionary();

    private void Cosign()
    {
        Assert.True(SignedNote.TryParse(_log.Files["/log/checkpoint"], out var note));
        Assert.True(Checkpoint.TryParse(note.Text, out var checkpoint));
        var cosigned = note.With([new Cosigner("w.example/one", _witness).Cosign(checkpoint, DateTimeOffset.UnixEpoch.AddDays(20_000))]).ToBytes();
        _log.Files = new(_log.Files) { ["/log/checkpoint"] = cosigned };
    }

    private TrustPolicy Policy()
    {
        var text = $"log {_log.Key}\nwitness w {CosignerKey.Of("w.example/one", _witness.PublicKey)}\nquorum w\n";
        return TrustPolicy.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var policy, out var problem) ? policy : throw new InvalidOperationException($"{problem}");
    }
}

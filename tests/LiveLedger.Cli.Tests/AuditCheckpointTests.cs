using LiveLedger.Cli.Audit;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Commands;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tiles;

namespace LiveLedger.Cli;

/// <summary>`audit checkpoint` against logs that tell the truth, and logs that do not.</summary>
public sealed class AuditCheckpointTests : IDisposable
{
    private readonly ServedLog _log = new();
    private readonly string _memory = Path.Combine(Directory.CreateTempSubdirectory("liveledger-audit-").FullName, "memory");

    [Fact]
    public async Task A_log_whose_entries_hash_to_the_signed_root_is_OK()
    {
        _log.Serve(ServedLog.Entries(300));

        var (exit, output, _) = await RunAsync();

        Assert.Equal(0, exit);
        Assert.StartsWith("OK   300 entries", output);
    }

    [Fact]
    public async Task A_long_read_tells_how_far_it_is()
    {
        _log.Serve(ServedLog.Entries(600));
        using var http = LogReader.Http();
        var told = new List<(ulong, ulong)>();

        var verdict = await CheckpointAudit.RunAsync(http, _log.Address, _log.Key, null, null, (done, all) => told.Add((done, all)), default);

        Assert.True(verdict.Ok, verdict.ToText());
        Assert.Equal([(256UL, 600UL), (512, 600), (600, 600)], told);
    }

    [Fact]
    public async Task A_person_at_a_terminal_sees_how_far_it_is_and_a_pipe_gets_the_verdict_alone()
    {
        _log.Serve(ServedLog.Entries(600));
        // The bar is drawn anew every 0.1 s.
        _log.Asked = static path => Thread.Sleep(path.EndsWith("entries/001", StringComparison.Ordinal) ? 1000 : 0);

        var (exit, output, terminal) = await CommandLine.RunAtTerminalAsync("audit", "checkpoint", _log.Address.AbsoluteUri);

        Assert.Equal(0, exit);
        Assert.StartsWith("OK   600 entries", output);
        Assert.DoesNotContain("reading the log", output);
        Assert.Contains("reading the log", terminal);
        Assert.Contains("42%", terminal);

        (exit, output, terminal) = await CommandLine.RunAtTerminalAsync("audit", "checkpoint", _log.Address.AbsoluteUri, "--json");
        Assert.Equal(0, exit);
        Assert.StartsWith("{", output);
        Assert.DoesNotContain("reading the log", terminal);

        (exit, _, var error) = await RunAsync();
        Assert.Equal(0, exit);
        Assert.Empty(error);
    }

    [Fact]
    public async Task A_log_that_grew_extends_what_was_remembered()
    {
        _log.Serve(ServedLog.Entries(7));
        await RunAsync("--remember", _memory);
        _log.Serve(ServedLog.Entries(300));

        var (exit, output, _) = await RunAsync("--remember", _memory);

        Assert.Equal(0, exit);
        Assert.Contains("extends the remembered checkpoint of size 7", output);
    }

    [Fact]
    public async Task A_log_that_rewrote_an_old_entry_is_found_out_by_memory()
    {
        _log.Serve(ServedLog.Entries(7));
        await RunAsync("--remember", _memory);
        var entries = ServedLog.Entries(300);
        entries[3] = ServedLog.Entry(3, "rewritten");
        _log.Serve(entries);

        var (exit, output, _) = await RunAsync("--remember", _memory);

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the log was rewritten", output);
    }

    [Fact]
    public async Task A_log_that_shrank_is_found_out_by_memory()
    {
        _log.Serve(ServedLog.Entries(7));
        await RunAsync("--remember", _memory);
        _log.Serve(ServedLog.Entries(6));

        var (exit, output, _) = await RunAsync("--remember", _memory);

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the log has shrunk", output);
    }

    [Fact]
    public async Task An_entry_that_is_not_the_one_signed_for_is_found_out()
    {
        var entries = ServedLog.Entries(5);
        _log.Serve(entries);
        entries[4] = ServedLog.Entry(4, "another");
        _log.Files["/log/tile/entries/000.p/5"] = EntryBundle.Format(entries);

        var (exit, output, _) = await RunAsync();

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the entries hash to", output);
    }

    [Fact]
    public async Task A_checkpoint_by_another_key_is_refused()
    {
        _log.Serve(ServedLog.Entries(5));
        using var other = Ed25519PrivateKey.Generate();

        var (exit, _, _) = await RunAsync("--key", VerifierKey.Of(ServedLog.Origin, other.PublicKey).ToString());

        Assert.Equal(1, exit);
    }

    [Fact]
    public async Task With_a_policy_the_quorum_must_have_cosigned_what_is_served()
    {
        using var one = Ed25519PrivateKey.Generate();
        using var two = Ed25519PrivateKey.Generate();
        Cosigner[] witnesses = [new("w.example/one", one), new("w.example/two", two)];
        var policy = Path.Combine(Path.GetDirectoryName(_memory)!, "policy");
        var listed = $"log {_log.Key}\nwitness first {witnesses[0].Key}\nwitness second {witnesses[1].Key}\n";
        await File.WriteAllTextAsync(policy, listed + "group both all first second\nquorum both\n");
        _log.Serve(ServedLog.Entries(5));
        Assert.True(SignedNote.TryParse(_log.Files["/log/checkpoint"], out var note));
        Assert.True(Checkpoint.TryParse(note.Text, out var checkpoint));
        var lines = witnesses.Select(w => w.Cosign(checkpoint, DateTimeOffset.UnixEpoch.AddDays(20_000))).ToArray();

        var (nobody, output, _) = await RunAsync("--policy", policy);
        Assert.Equal(1, nobody);
        Assert.StartsWith("FAIL the policy's quorum has not cosigned the checkpoint; nobody has", output);

        _log.Files["/log/checkpoint"] = note.With([lines[1]]).ToBytes();
        (var half, output, _) = await RunAsync("--policy", policy);
        Assert.Equal(1, half);
        Assert.Contains("only second 2024-10-04T00:00:00Z", output);

        _log.Files["/log/checkpoint"] = note.With(lines).ToBytes();
        (var both, output, _) = await RunAsync("--policy", policy);
        Assert.Equal(0, both);
        Assert.Contains("cosigned by first 2024-10-04T00:00:00Z, second 2024-10-04T00:00:00Z", output);

        _log.Files["/log/checkpoint"] = note.With([lines[0], lines[1] with { Signature = lines[0].Signature }]).ToBytes();
        (var forged, output, _) = await RunAsync("--policy", policy);
        Assert.Equal(1, forged);
        Assert.StartsWith("FAIL a line claims to be of witness second", output);

        await File.WriteAllTextAsync(policy, $"log {VerifierKey.Of(_log.Key.Name, one.PublicKey)}\nquorum none\n");
        Assert.Equal(1, (await RunAsync("--policy", policy)).Exit);
        await File.WriteAllTextAsync(policy, "quorum both\n");
        Assert.Equal(2, (await RunAsync("--policy", policy)).Exit);
        Assert.Equal(3, (await RunAsync("--policy", policy + ".missing")).Exit);
    }

    public void Dispose()
    {
        _log.Dispose();
        Directory.Delete(Path.GetDirectoryName(_memory)!, recursive: true);
    }

    private Task<(int Exit, string Output, string Error)> RunAsync(params string[] more) =>
        CommandLine.RunAsync(["audit", "checkpoint", _log.Address.AbsoluteUri, .. more]);
}

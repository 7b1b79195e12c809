using LiveLedger.Cli.Audit;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Commands;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Cli;

/// <summary>Whom an audit trusts: `--policy` on every verb, proofs without a network, and what `fsck` looks at beside hashes.</summary>
public sealed class AuditTrustTests : IDisposable
{
    private readonly ServedLog _log = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-trust-").FullName;
    private readonly Ed25519PrivateKey _witness = Ed25519PrivateKey.Generate();

    [Theory]
    [InlineData("entry", "3")]
    [InlineData("consistency", "2")]
    [InlineData("fsck")]
    [InlineData("follow", "--remember", "memory", "--for", "1")]
    public async Task With_a_policy_what_no_quorum_has_cosigned_is_not_believed(string verb, params string[] arguments)
    {
        arguments = [.. arguments.Select(a => a == "memory" ? Path.Combine(_folder, a) : a), "--policy", await PolicyAsync()];
        _log.Serve(ServedLog.Entries(5));

        var (exit, output, error) = await RunAsync(verb, arguments);
        // A follower waits for the witnesses, and so could not tell.
        Assert.Equal(verb == "follow" ? 3 : 1, exit);
        Assert.Contains("the policy's quorum has not cosigned the checkpoint; nobody has", output + error);

        Cosign();
        (exit, output, error) = await RunAsync(verb, arguments);
        Assert.True(exit == 0, output + error);
        if (verb != "follow")
        {
            Assert.Contains("good by the policy, cosigned by w 2024-10-04T00:00:00Z", output);
        }

        using var other = Ed25519PrivateKey.Generate();
        await File.WriteAllTextAsync(arguments[^1], $"log {VerifierKey.Of(_log.Key.Name, other.PublicKey)}\nquorum none\n");
        (exit, output, _) = await RunAsync(verb, arguments);
        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the policy does not list this log's key", output);
    }

    [Fact]
    public async Task A_saved_proof_is_checked_when_the_log_is_gone()
    {
        _log.Serve(ServedLog.Entries(300));
        Cosign();
        var (proof, entry) = (Path.Combine(_folder, "7.tlog-proof"), Path.Combine(_folder, "7.entry"));
        Assert.Equal(0, (await RunAsync("entry", "7", "--proof", proof, "--entry", entry)).Exit);
        _log.Dispose();

        var (exit, output, error) = await ProveAsync("--key", _log.Key.ToString());
        Assert.True(exit == 0, output + error);
        Assert.StartsWith("OK   entry 7 is in the signed tree of size 300", output);
        Assert.Contains("version 7 of test/1", output);

        (exit, output, error) = await ProveAsync("--policy", await PolicyAsync());
        Assert.True(exit == 0, output + error);
        Assert.Contains("good by the policy, cosigned by w", output);

        (exit, _, error) = await ProveAsync();
        Assert.Equal(2, exit);
        Assert.Contains("whose log?", error);

        using var other = Ed25519PrivateKey.Generate();
        Assert.Equal(1, (await ProveAsync("--key", VerifierKey.Of(_log.Key.Name, other.PublicKey).ToString())).Exit);

        await File.WriteAllBytesAsync(entry, ServedLog.Entry(8, "event").ToArray());
        (exit, output, _) = await ProveAsync("--key", _log.Key.ToString());
        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the entry is not entry 7 of a tree that this log has signed", output);

        await File.WriteAllTextAsync(proof, "c2sp.org/tlog-proof@v1\n");
        Assert.Equal(1, (await ProveAsync("--key", _log.Key.ToString())).Exit);
        File.Delete(proof);
        Assert.Equal(3, (await ProveAsync("--key", _log.Key.ToString())).Exit);

        Task<(int Exit, string Output, string Error)> ProveAsync(params string[] more) =>
            CommandLine.RunAsync(["audit", "proof", proof, "--entry", entry, .. more]);
    }

    [Fact]
    public async Task An_event_id_that_stands_twice_is_found_and_both_entries_are_named()
    {
        var entries = ServedLog.Entries(400);
        Assert.True(LedgerEntry.TryParse(entries[17].Span, out var first));
        Assert.True(LedgerEntry.TryParse(entries[301].Span, out var second));
        entries[301] = (second with { EventId = first.EventId }).Encode();
        _log.Serve(entries);

        var (exit, output, _) = await RunAsync("fsck");

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the log is not what its entries give: 1 fault\n", output);
        Assert.Contains($"entry 301 has the event id of entry 17: {first.EventId}", output);
    }

    [Fact]
    public async Task A_log_that_hides_the_doubled_event_id_when_it_is_read_again_is_found_out()
    {
        var honest = ServedLog.Entries(400);
        Assert.True(LedgerEntry.TryParse(honest[17].Span, out var first));
        Assert.True(LedgerEntry.TryParse(honest[301].Span, out var second));
        var doubled = honest.ToList();
        doubled[301] = (second with { EventId = first.EventId }).Encode();
        _log.Serve(honest);
        var hiding = _log.Files.Where(static f => f.Key.StartsWith("/log/tile/entries/", StringComparison.Ordinal)).ToList();
        _log.Serve(doubled);

        using var http = LogReader.Http();
        var verdict = await LogFsck.RunAsync(http, _log.Address, new(null, null), (done, all) =>
        {
            if (done == all)
            {
                _log.Files = _log.Files.Where(f => !f.Key.StartsWith("/log/tile/entries/", StringComparison.Ordinal)).Concat(hiding).ToDictionary();
            }
        }, default);

        Assert.False(verdict.Ok, verdict.ToText());
        Assert.Contains("read again, to find an event id that stands twice, the entries hash to", verdict.ToText());
    }

    [Fact]
    public async Task Streams_are_counted_in_words_that_fit()
    {
        _log.Serve(ServedLog.Entries(3));
        Assert.Contains("     1 stream, no version left out, no event id twice", (await RunAsync("fsck")).Output);

        Assert.True(LedgerEntry.TryParse(ServedLog.Entry(0, "event").Span, out var entry));
        _log.Serve([ServedLog.Entry(0, "event"), (entry with { Stream = "test/2", EventId = Guid.NewGuid() }).Encode()]);
        Assert.Contains("     2 streams, no version left out", (await RunAsync("fsck")).Output);
    }

    [Fact]
    public async Task A_log_of_other_peoples_entries_is_OK_and_one_with_some_among_ours_FAILs()
    {
        List<ReadOnlyMemory<byte>> foreign = [.. Enumerable.Range(0, 300).Select(static i => (ReadOnlyMemory<byte>)new byte[] { 9, (byte)i, (byte)(i >> 8) })];
        _log.Serve(foreign);
        var (exit, output, _) = await RunAsync("fsck");
        Assert.Equal(0, exit);
        Assert.StartsWith("OK   300 entries give every one of the", output);
        Assert.Contains("not LiveLedger entries: streams and event ids were not looked at", output);

        _log.Serve([.. ServedLog.Entries(4), foreign[0], foreign[1]]);
        (exit, output, _) = await RunAsync("fsck");
        Assert.Equal(1, exit);
        Assert.Contains("2 of the entries are no LiveLedger entries, the first is entry 4", output);
    }

    public void Dispose()
    {
        _log.Dispose();
        _witness.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Cosign()
    {
        Assert.True(SignedNote.TryParse(_log.Files["/log/checkpoint"], out var note));
        Assert.True(Checkpoint.TryParse(note.Text, out var checkpoint));
        _log.Files["/log/checkpoint"] = note.With([new Cosigner("w.example/one", _witness).Cosign(checkpoint, DateTimeOffset.UnixEpoch.AddDays(20_000))]).ToBytes();
    }

    private async Task<string> PolicyAsync()
    {
        var file = Path.Combine(_folder, "policy");
        await File.WriteAllTextAsync(file, $"log {_log.Key}\nwitness w {CosignerKey.Of("w.example/one", _witness.PublicKey)}\nquorum w\n");
        return file;
    }

    private Task<(int Exit, string Output, string Error)> RunAsync(string verb, params string[] more) =>
        CommandLine.RunAsync(["audit", verb, _log.Address.AbsoluteUri, .. more]);
}

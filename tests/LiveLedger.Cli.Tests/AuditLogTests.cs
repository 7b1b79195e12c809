using System.Text.Json;
using LiveLedger.Cli.Rest;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Commands;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Proofs;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli;

/// <summary>`audit entry`, `audit consistency` and `audit fsck` against logs that tell the truth, and logs that do not.</summary>
public sealed class AuditLogTests : IDisposable
{
    private readonly ServedLog _log = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-audit-").FullName;

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(599)]
    public async Task An_entry_of_the_signed_tree_is_OK_and_its_proof_stands_alone(int index)
    {
        _log.Serve(ServedLog.Entries(600));
        var file = Path.Combine(_folder, "entry.tlog-proof");

        var (exit, output, _) = await RunAsync("entry", $"{index}", "--proof", file, "--key", _log.Key.ToString());

        Assert.Equal(0, exit);
        Assert.StartsWith($"OK   entry {index} is in the signed tree of size 600", output);
        Assert.Contains($"version {index} of test/1", output);
        Assert.True(TlogProof.TryParse(await File.ReadAllBytesAsync(file), out var proof));
        Assert.True(proof.Verify(LeafHash.Of(ServedLog.Entry(index, "event").Span), _log.Key, out _).IsValid);
    }

    [Fact]
    public async Task What_a_log_says_commands_no_terminal()
    {
        Assert.True(LedgerEntry.TryParse(ServedLog.Entry(0, "event").Span, out var entry));
        _log.Serve([(entry with { Stream = "test/\u009b2J", Type = "event\u0085OK", Actor = "\u202eme" }).Encode()]);

        var (exit, output, _) = await RunAsync("entry", "0");

        Assert.Equal(0, exit);
        Assert.Contains("event\\u0085OK (schema 1), version 0 of test/\\u009b2J", output, StringComparison.Ordinal);
        Assert.Contains("by \\u202eme,", output, StringComparison.Ordinal);
        Assert.DoesNotContain(output, static c => c != '\n' && (char.IsControl(c) || c == '\u202e'));
    }

    [Fact]
    public void What_a_server_refuses_with_stays_on_its_line_and_what_is_plain_stays_as_it_is()
    {
        Assert.Equal("the server refused: no\\u000aOK \\u001b[2J (co\\u009bde)", new ServerRefusal(404, "co\u009bde", "no\nOK \u001b[2J").Message);
        Assert.Equal("häuser \U0001f3a5\n\tzwei", Output.Shown("häuser \U0001f3a5\n\tzwei"));
    }

    [Fact]
    public async Task An_entry_is_told_as_json_too()
    {
        var head = _log.Serve(ServedLog.Entries(3));

        var (exit, output, _) = await RunAsync("entry", "2", "--json");

        using var json = JsonDocument.Parse(output);
        Assert.Equal(0, exit);
        Assert.True(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal(head.Root.ToString(), json.RootElement.GetProperty("root").GetString());
        Assert.Equal("event", json.RootElement.GetProperty("event").GetProperty("type").GetString());
        Assert.Equal(ServedLog.Entry(2, "event").ToArray(), json.RootElement.GetProperty("entry").GetBytesFromBase64());
    }

    [Fact]
    public async Task An_entry_that_is_not_the_one_signed_for_FAILs()
    {
        var entries = ServedLog.Entries(300);
        _log.Serve(entries);
        entries[7] = ServedLog.Entry(7, "another");
        _log.Files["/log/tile/entries/000"] = EntryBundle.Format(entries[..256]);

        var (exit, output, _) = await RunAsync("entry", "7");

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL entry 7 as served is not in the signed tree", output);
    }

    [Theory]
    [InlineData(3, "the signed tree has 3 entries", "entry", "3")]
    [InlineData(3, "the signed tree has 3 entries", "consistency", "1", "4")]
    [InlineData(2, "N is a number", "entry", "x")]
    [InlineData(2, "A is the older tree", "consistency", "0")]
    [InlineData(2, "A is the older tree", "consistency", "3", "2")]
    [InlineData(2, "neither a size nor a file", "consistency", "no-such-file")]
    [InlineData(2, "--for is more than 0", "follow", "--remember", "memory", "--for", "0")]
    [InlineData(2, "--key is no Ed25519 vkey", "fsck", "--key", "x")]
    public async Task What_cannot_be_asked_is_no_verdict(int exit, string complaint, string verb, params string[] arguments)
    {
        _log.Serve(ServedLog.Entries(3));

        var (actual, output, error) = await RunAsync(verb, arguments);

        Assert.Equal((exit, ""), (actual, output));
        Assert.Contains(complaint, error);
    }

    [Theory]
    [InlineData("1", "600")]
    [InlineData("255", "257")]
    [InlineData("256", "512")]
    [InlineData("600", "600")]
    public async Task A_tree_that_only_grew_is_OK(string older, string newer)
    {
        _log.Serve(ServedLog.Entries(600));

        var (exit, output, _) = await RunAsync("consistency", older, newer);

        Assert.Equal(0, exit);
        Assert.StartsWith($"OK   the first {older} entries are the same in the tree of size {newer}", output);
    }

    [Fact]
    public async Task A_checkpoint_in_a_file_is_held_against_the_log()
    {
        var head = _log.Serve(ServedLog.Entries(100));
        var file = Path.Combine(_folder, "checkpoint");
        await File.WriteAllBytesAsync(file, _log.Sign(head));

        _log.Serve(ServedLog.Entries(300));
        var (exit, output, _) = await RunAsync("consistency", file);
        Assert.Equal(0, exit);
        Assert.Contains("(signed) of size 100", output);

        var rewritten = ServedLog.Entries(300);
        rewritten[42] = ServedLog.Entry(42, "rewritten");
        _log.Serve(rewritten);
        (exit, output, _) = await RunAsync("consistency", file);
        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the log was rewritten", output);

        _log.Serve(ServedLog.Entries(99));
        (exit, output, _) = await RunAsync("consistency", "7", file);
        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the log has shrunk", output);
    }

    [Fact]
    public async Task A_log_below_a_checkpoint_in_a_file_has_shrunk_whichever_of_the_two_it_is()
    {
        var file = Path.Combine(_folder, "checkpoint");
        await File.WriteAllBytesAsync(file, _log.Sign(_log.Serve(ServedLog.Entries(100))));
        _log.Serve(ServedLog.Entries(90));

        foreach (var arguments in (string[][])[[file], [file, "300"], [file, "80"], ["7", file], ["200", file]])
        {
            var (exit, output, _) = await RunAsync("consistency", arguments);

            Assert.Equal(1, exit);
            Assert.StartsWith("FAIL the log has shrunk: 90 entries now, 100 were signed for", output);
        }
    }

    [Fact]
    public async Task A_checkpoint_in_a_file_by_another_key_FAILs()
    {
        var head = _log.Serve(ServedLog.Entries(100));
        using var other = new ServedLog();
        var file = Path.Combine(_folder, "checkpoint");
        await File.WriteAllBytesAsync(file, other.Sign(head));

        Assert.Equal(1, (await RunAsync("consistency", file)).Exit);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(256)]
    [InlineData(600)]
    [InlineData(65_793)]
    public async Task A_log_whose_tiles_are_what_its_entries_give_is_OK(int size)
    {
        var head = _log.Serve(ServedLog.Entries(size));

        var (exit, output, _) = await RunAsync("fsck");

        Assert.True(exit == 0, output);
        Assert.StartsWith($"OK   {size} entries give every one of the {TileCover.HashTiles(head.Size).Count()} hash tiles", output);
    }

    [Theory]
    [InlineData("/log/tile/0/000", 8000)]
    [InlineData("/log/tile/0/257.p/1", 0)]
    [InlineData("/log/tile/1/000", 77)]
    [InlineData("/log/tile/1/001.p/1", 5)]
    [InlineData("/log/tile/2/000.p/1", 31)]
    public async Task One_altered_bit_of_a_tile_is_found_and_named(string path, int at)
    {
        _log.Serve(ServedLog.Entries(65_793));
        _log.Files[path][at] ^= 1;

        var (exit, output, _) = await RunAsync("fsck");

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the log is not what its entries give: 1 fault", output);
        Assert.Contains($"{path["/log/".Length..]} is not what the entries give", output);
    }

    [Theory]
    [InlineData("/log/tile/0/001")]
    [InlineData("/log/tile/1/000.p/2")]
    [InlineData("/log/tile/entries/001")]
    public async Task A_missing_tile_or_bundle_is_found_and_named(string path)
    {
        _log.Serve(ServedLog.Entries(600));
        _log.Files.Remove(path);

        var (exit, output, _) = await RunAsync("fsck");

        Assert.Equal(1, exit);
        Assert.Contains($"{path["/log/".Length..]} is missing", output);
    }

    [Fact]
    public async Task A_stream_with_a_version_left_out_is_found()
    {
        var entries = ServedLog.Entries(20);
        entries.RemoveAt(8);
        _log.Serve(entries);

        var (exit, output, _) = await RunAsync("fsck");

        Assert.Equal(1, exit);
        Assert.Contains("entry 8 is version 9 of test/1, and version 8 is next", output);
    }

    [Fact]
    public async Task A_root_that_is_not_that_of_the_entries_is_found()
    {
        var other = _log.Serve(ServedLog.Entries(19));
        _log.Serve(ServedLog.Entries(20));
        _log.Files["/log/checkpoint"] = _log.Sign(new(new(20), other.Root));

        var (exit, output, _) = await RunAsync("fsck");

        Assert.Equal(1, exit);
        Assert.Contains("the entries hash to", output);
    }

    [Fact]
    public async Task A_full_tile_in_the_place_of_its_partial_form_is_taken()
    {
        var checkpoint = _log.Sign(_log.Serve(ServedLog.Entries(300)));
        _log.Serve(ServedLog.Entries(512));
        _log.Files["/log/checkpoint"] = checkpoint;
        _log.Files.Remove("/log/tile/1/000.p/2");
        _log.Files["/log/tile/1/000.p/1"] = HashTile.Format([HashTile.Above(
            [.. ServedLog.Entries(256).Select(static e => LeafHash.Of(e.Span).Value)])]);

        Assert.Equal(0, (await RunAsync("fsck")).Exit);
        Assert.Equal(0, (await RunAsync("entry", "299")).Exit);
    }

    [Theory]
    [InlineData("entry", "0")]
    [InlineData("consistency", "1")]
    [InlineData("fsck")]
    public async Task A_checkpoint_by_another_key_FAILs(string verb, params string[] arguments)
    {
        _log.Serve(ServedLog.Entries(5));
        using var other = Ed25519PrivateKey.Generate();

        var (exit, output, _) = await RunAsync(verb, [.. arguments, "--key", VerifierKey.Of(ServedLog.Origin, other.PublicKey).ToString()]);

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the checkpoint does not open", output);
    }

    public void Dispose()
    {
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Task<(int Exit, string Output, string Error)> RunAsync(string verb, params string[] more) =>
        CommandLine.RunAsync(["audit", verb, _log.Address.AbsoluteUri, .. more]);
}

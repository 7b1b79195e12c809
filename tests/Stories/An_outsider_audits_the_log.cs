using System.Text.Json;
using LiveLedger.Harness.Commands;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Server;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Proofs;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Stories;

/// <summary>Somebody with the command line and an address, no token and no account, checks what a real server has logged while it logs more.</summary>
public sealed class An_outsider_audits_the_log(OneServer one) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-outsider-").FullName;

    [Fact]
    public async Task Every_question_to_the_log_is_answered_good()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "audited-acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 2);
        await broadcast.WaitLoggedAsync();
        Assert.True(VerifierKey.TryParse((await one.Server.Http.GetStringAsync("/log/key")).TrimEnd('\n'), out var key));
        var before = Path.Combine(_folder, "checkpoint");
        await File.WriteAllBytesAsync(before, await one.Server.Http.GetByteArrayAsync("/log/checkpoint"));

        // It follows while the log grows under it.
        var follower = RunAsync("follow", "--remember", Path.Combine(_folder, "memory"), "--interval", "0.1", "--for", "6");
        await broadcast.PublishAsync(one.Source, 2, 4);
        await broadcast.WaitLoggedAsync();
        await broadcast.EndAsync();
        var followed = await follower;
        Assert.True(followed.GetProperty("ok").GetBoolean());
        Assert.True(followed.GetProperty("size").GetInt64() >= followed.GetProperty("from").GetInt64());

        var proofFile = Path.Combine(_folder, "entry.tlog-proof");
        var entry = await RunAsync("entry", "0", "--proof", proofFile, "--key", key.ToString());
        Assert.True(TlogProof.TryParse(await File.ReadAllBytesAsync(proofFile), out var proof));
        Assert.True(proof.Verify(LeafHash.Of(entry.GetProperty("entry").GetBytesFromBase64()), key, out _).IsValid);

        Assert.True((await RunAsync("consistency", before)).GetProperty("ok").GetBoolean());
        Assert.Equal(0, (await RunAsync("fsck")).GetProperty("faults").GetInt32());
        await LogAudit.CheckAsync(one.Server.Http, key);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<JsonElement> RunAsync(string verb, params string[] more) => CommandLine.AskAsync(0, ["audit", verb, one.Server.BaseUrl.AbsoluteUri, .. more]);
}

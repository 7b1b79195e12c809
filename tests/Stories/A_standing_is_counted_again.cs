using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Harness;
using LiveLedger.Harness.Commands;
using LiveLedger.Harness.Server;
using LiveLedger.Transparency.Entries;

namespace LiveLedger.Stories;

/// <summary>An auditor counts a peer's standing from the signed log, and finds the server right, or lying.</summary>
public sealed class A_standing_is_counted_again(OneServer one) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-standing-").FullName;

    [Fact]
    public async Task The_servers_word_holds_and_another_word_about_the_same_log_does_not()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var swarm = await Receipts_make_standing.SwarmOf.TwoAsync(acme, one);
        await swarm.FileAsync(swarm.Receipt(1, await swarm.WholeAsync()));
        var standing = await swarm.StandingAsync(static s => s["receipts"]!.GetValue<long>() == 1);

        var right = await CommandLine.AskAsync(0, Command(one.Server.BaseUrl, swarm));
        Assert.True(right.GetProperty("ok").GetBoolean());
        Assert.Equal(standing["score"]!.GetValue<int>(), right.GetProperty("score").GetInt32());
        Assert.Equal(2, right.GetProperty("signatures").GetInt64());
        Assert.Equal(await LoggedSegmentsAsync(swarm), right.GetProperty("segments").GetInt32());

        // A server that says it is better than it is, and one that keeps the receipts to itself.
        await LiesAsync(swarm, $"\"score\":{standing["score"]}", "\"score\":700", "score 700 said");
        await LiesAsync(swarm, $"\"bytes\":{standing["bytes"]}", "\"bytes\":1", "bytes 1 said");
        await LiesAsync(swarm, "\"items\":[{", "\"items\":[],\"kept\":[{", "were not shown");
    }

    [Fact]
    public async Task A_conviction_counts_by_the_proof_in_the_log()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var swarm = await Receipts_make_standing.SwarmOf.TwoAsync(acme, one);
        using var proved = await one.Server.PostAsync(await swarm.Broadcast.ProveAsync(swarm.Sender));
        Assert.Equal(HttpStatusCode.Created, proved.StatusCode);
        await swarm.StandingAsync(static s => s["convicted"]!.GetValue<bool>());

        var right = await CommandLine.AskAsync(0, Command(one.Server.BaseUrl, swarm));
        Assert.Equal(("banned", 1), (right.GetProperty("band").GetString(), right.GetProperty("signatures").GetInt32()));

        // Of a platform by another name, whose admissions these are not.
        await LiesAsync(swarm, "\"issuer\":\"", "\"issuer\":\"another-", "its proof proves nothing of it");
    }

    [Fact]
    public async Task A_fork_counts_by_the_batches_that_it_is_in()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var swarm = await Receipts_make_standing.SwarmOf.TwoAsync(acme, one);
        var whole = await swarm.WholeAsync();
        await swarm.FileAsync(swarm.Receipt(1, whole));
        await swarm.FileAsync(swarm.Receipt(1, whole[..1]));
        var standing = await swarm.StandingAsync(static s => s["forks"]!.GetValue<int>() == 1);

        var right = await CommandLine.AskAsync(0, Command(one.Server.BaseUrl, swarm));
        Assert.Equal(standing["score"]!.GetValue<int>(), right.GetProperty("score").GetInt32());

        // Without the batch that contradicts the first one.
        await LiesAsync(swarm, Without("receipts-filed"), "tells of a fork, and no batches in the log hold it");
    }

    [Fact]
    public async Task A_renewal_is_owed_like_everything_else()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var swarm = await Receipts_make_standing.SwarmOf.TwoAsync(acme, one);
        await swarm.Sender.BeAdmittedAsync();
        await swarm.FileAsync(swarm.Receipt(1, await swarm.WholeAsync()));
        await swarm.StandingAsync(static s => s["receipts"]!.GetValue<long>() == 1);

        // The sender's key is known from its first admission, so that nothing that is shown betrays it.
        await CommandLine.AskAsync(0, Command(one.Server.BaseUrl, swarm));
        await LiesAsync(swarm, Without("peer-admitted"), "1 events of the broadcast are in the log and were not shown");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<int> LoggedSegmentsAsync(Receipts_make_standing.SwarmOf swarm)
    {
        using var operating = one.Server.As(one.Server.OperatorToken);
        return (await operating.GetFromJsonAsync<JsonObject>($"/v1/ledger/entries?broadcast={swarm.Broadcast.Id}&type=segment-sealed"))!["items"]!.AsArray().Count;
    }

    // Leaves the last event of a type out of a page.
    private static Func<string, string> Without(string type) => body =>
    {
        if (JsonNode.Parse(body) is JsonObject page && page["items"] is JsonArray items
            && items.LastOrDefault(i => LedgerEntry.TryParse(Convert.FromBase64String(i!["entry"]!.GetValue<string>()), out var entry) && entry.Type == type) is { } last)
        {
            items.Remove(last);
            return page.ToJsonString();
        }

        return body;
    };

    private Task LiesAsync(Receipts_make_standing.SwarmOf swarm, string said, string instead, string finding) =>
        LiesAsync(swarm, body => body.Replace(said, instead, StringComparison.Ordinal), finding);

    private async Task LiesAsync(Receipts_make_standing.SwarmOf swarm, Func<string, string> tell, string finding)
    {
        using var liar = new Liar(one.Server.BaseUrl, tell);
        var verdict = await CommandLine.AskAsync(1, Command(liar.Address, swarm));
        Assert.False(verdict.GetProperty("ok").GetBoolean());
        Assert.Contains(finding, verdict.GetProperty("finding").GetString(), StringComparison.Ordinal);
    }

    private string[] Command(Uri server, Receipts_make_standing.SwarmOf swarm)
    {
        var token = Path.Combine(_folder, "token");
        File.WriteAllText(token, one.Server.OperatorToken);
        return ["audit", "reputation", swarm.Broadcast.Id.ToString(), swarm.SenderName, "--server", server.AbsoluteUri, "--token-file", token];
    }

    /// <summary>Passes everything on, and tells what is JSON in its own way.</summary>
    private sealed class Liar : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly HttpClient _http = new();

        public Liar(Uri server, Func<string, string> tell)
        {
            Address = new($"http://127.0.0.1:{LoopbackPorts.Take()}/");
            _listener.Prefixes.Add(Address.AbsoluteUri);
            _listener.Start();
            _ = Task.Run(async () =>
            {
                while (_listener.IsListening)
                {
                    var context = await _listener.GetContextAsync();
                    using var asked = new HttpRequestMessage(HttpMethod.Get, new Uri(server, context.Request.RawUrl));
                    if (context.Request.Headers["Authorization"] is { } token)
                    {
                        asked.Headers.TryAddWithoutValidation("Authorization", token);
                    }

                    using var answer = await _http.SendAsync(asked);
                    var body = await answer.Content.ReadAsByteArrayAsync();
                    if (answer.Content.Headers.ContentType?.MediaType == "application/json")
                    {
                        body = Encoding.UTF8.GetBytes(tell(Encoding.UTF8.GetString(body)));
                    }

                    context.Response.StatusCode = (int)answer.StatusCode;
                    context.Response.OutputStream.Write(body);
                    context.Response.Close();
                }
            });
        }

        public Uri Address { get; }

        public void Dispose()
        {
            _listener.Close();
            _http.Dispose();
        }
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using LiveLedger.Harness.Commands;
using LiveLedger.Harness.Server;

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

        // A server that says it is better than it is, and one that keeps the receipts to itself.
        await LiesAsync(swarm, $"\"score\":{standing["score"]}", "\"score\":700", "score 700 said");
        await LiesAsync(swarm, $"\"bytes\":{standing["bytes"]}", "\"bytes\":1", "bytes 1 said");
        await LiesAsync(swarm, "\"items\":[{", "\"items\":[],\"kept\":[{", "were not shown");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task LiesAsync(Receipts_make_standing.SwarmOf swarm, string said, string instead, string finding)
    {
        using var liar = new Liar(one.Server.BaseUrl, said, instead);
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

    /// <summary>Passes everything on, and says one thing otherwise.</summary>
    private sealed class Liar : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly HttpClient _http = new();

        public Liar(Uri server, string said, string instead)
        {
            using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Address = new($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
            }

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
                        body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace(said, instead, StringComparison.Ordinal));
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

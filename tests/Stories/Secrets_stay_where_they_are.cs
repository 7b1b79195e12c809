using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Harness.Commands;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Harness.Speke;
using Npgsql;

namespace LiveLedger.Stories;

/// <summary>
/// A broadcast with viewers, a packager, refusals, a change of keys and a crash; afterwards no key and no token is in any log line, table, queue,
/// spool, journal, problem or file, but where it belongs.
/// </summary>
public sealed class Secrets_stay_where_they_are(OneServer one)
{
    private readonly Dictionary<string, byte[]> _secrets = [];
    private readonly List<(string Where, byte[] Bytes)> _said = [];

    [Fact]
    public async Task No_secret_is_in_anything_the_server_writes_or_answers()
    {
        var database = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync();
        var command = Path.Combine(Directory.CreateTempSubdirectory("liveledger-kms-").FullName, "key");
        var kek = RandomNumberGenerator.GetBytes(32);
        await File.WriteAllTextAsync(command, Base64Url.EncodeToString(kek));
        await using var server = await ServerProcess.StartAsync(database, environment: new Dictionary<string, string>
        {
            ["LIVELEDGER_KEK_COMMAND"] = $"echo a-word-of-the-key-service >&2; cat {command}",
            ["LIVELEDGER_PRIVATE_WEBHOOKS"] = "yes",
            ["Logging__LogLevel__Default"] = "Trace",
            ["Logging__LogLevel__Microsoft"] = "Trace",
        });
        _secrets["key-encryption key"] = kek;
        Text("operator's token", server.OperatorToken);

        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        Text("broadcaster's token", acme.Token);
        var broadcast = await acme.GoLiveAsync();
        Text("ingest key", broadcast.IngestKey);
        var webhook = await TellAsync(broadcast);
        await broadcast.PublishAsync(one.Source, 0, 2);
        await WatchAsync(broadcast, "ann");
        await PackageAsync(acme, broadcast);
        OpenMasters(server, kek, broadcast);
        await RotateAsync(server, command);
        await WatchAsync(broadcast, "bob");
        await server.CrashAsync();
        await server.StartAgainAsync();
        await WatchAsync(broadcast, "eve");
        await ToldAsync(acme, webhook);
        await DamageAsync(server, acme);
        await broadcast.WaitLoggedAsync();
        await broadcast.EndAsync();
        await server.StopAsync();

        _said.AddRange(server.Log.Select(static line => ("a log line", Encoding.UTF8.GetBytes(line))));
        _said.AddRange((await RowsAsync(database)).Select(static row => (row.Table, Encoding.UTF8.GetBytes(row.Text))));
        _said.AddRange(Files(server).Select(static file => (file, File.ReadAllBytes(file))));
        Assert.Contains(_said, static s => s.Where == "ledger.events" || s.Where.Contains("event", StringComparison.Ordinal));
        Assert.Contains(_said, static s => s.Where.Contains("journal", StringComparison.Ordinal));
        Assert.Contains(_said, static s => s.Where.StartsWith("problem", StringComparison.Ordinal));
        Assert.InRange(_secrets.Count, 15, 100);

        // What is looked for is found where it is known to be, or the rest says nothing.
        Assert.NotEmpty(Search("operator's token", [("token file", await File.ReadAllBytesAsync(Path.Combine(server.Data, "operator.token")))]));
        Assert.Contains(_said, static s => s.Where == "a log line" && Encoding.UTF8.GetString(s.Bytes).StartsWith("trce:", StringComparison.Ordinal));
        Assert.Empty(_secrets.Keys.SelectMany(name => Search(name, _said)));
        Assert.DoesNotContain(server.Log, static line => line.Contains("a-word-of-the-key-service", StringComparison.Ordinal));
    }

    /// <summary>A shop whose address is a password, and which is not there: what fails is written of more.</summary>
    private async Task<string> TellAsync(RunningBroadcast broadcast)
    {
        const string Password = "the-word-that-lets-one-tell-the-shop";
        Text("webhook's address", Password);
        var webhooks = $"/v1/broadcasts/{broadcast.Id}/webhooks";
        using var answer = await broadcast.Owner.Api.PostAsJsonAsync(webhooks, new { url = $"http://127.0.0.1:1/{Password}?{Password}" });
        var added = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Contains(Password, added["url"]!.GetValue<string>(), StringComparison.Ordinal);
        _secrets["webhook's secret"] = Convert.FromBase64String(added["secret"]!.GetValue<string>()["whsec_".Length..]);
        await ProblemAsync(await broadcast.Owner.Api.PostAsJsonAsync(webhooks, new { url = $"ftp://127.0.0.1/{Password}" }));
        return $"{webhooks}/{added["id"]!.GetValue<string>()}/deliveries";
    }

    private static async Task ToldAsync(Broadcaster acme, string deliveries)
    {
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while (!(await acme.Api.GetFromJsonAsync<JsonObject>(deliveries))!["items"]!.AsArray().Any(static d => d!["attempts"]!.GetValue<int>() > 1))
        {
            Assert.True(DateTime.UtcNow < until, "the shop is not told");
            await Task.Delay(100);
        }
    }

    private async Task WatchAsync(RunningBroadcast broadcast, string name)
    {
        var viewer = await Viewer.ComeAsync(broadcast, name);
        Text($"token of {name}", viewer.Token);
        var kid = await broadcast.KeyIdAsync("0");
        await ProblemAsync(await viewer.AskAsync(kid));
        await viewer.EntitleAsync();
        for (var i = 0; i < 2; i++)
        {
            foreach (var key in (await (await viewer.AskAsync(kid)).Content.ReadFromJsonAsync<JsonObject>())!["keys"]!.AsArray())
            {
                _secrets[$"content key {key!["kid"]}"] = Base64Url.DecodeFromChars(key["k"]!.GetValue<string>());
            }
        }

        await ProblemAsync(await viewer.AskAsync(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16))));
        await ProblemAsync(await broadcast.PushAsync("0/9.m4s", [1, 2, 3]));
    }

    private async Task PackageAsync(Broadcaster acme, RunningBroadcast broadcast)
    {
        using var recipient = PackagerRequest.NewRecipient();
        var request = new PackagerRequest { ContentId = broadcast.Id.ToString() };
        var plain = new PackagerAnswer(await (await request.SendAsync(acme.Api)).Content.ReadAsStringAsync());
        _secrets["packager's key for pictures"] = plain.Plain(request.VideoKey);
        _secrets["packager's key for sound"] = plain.Plain(request.AudioKey);
        Assert.True((await (request with { Recipient = recipient }).SendAsync(acme.Api)).IsSuccessStatusCode);
        await ProblemAsync(await (request with { Period = 9 }).SendAsync(acme.Api));
        await ProblemAsync(await request.SendAsync(acme.Api, request.Document.Replace("version=\"2.3\"", "")));
        await ProblemAsync(await request.SendAsync(acme.Api, "<!DOCTYPE x>"));
        await ProblemAsync(await acme.Server.As(acme.Token + "x").GetAsync("/v1/broadcasts"));
    }

    /// <summary>A fault of ours, whose stack trace is logged: a master key that does not open.</summary>
    private async Task DamageAsync(ServerProcess server, Broadcaster acme)
    {
        var broadcast = await acme.CreateAsync();
        var request = new PackagerRequest { ContentId = broadcast.Id.ToString() };
        var master = Path.Combine(server.Data, "keys", "broadcasts", $"{broadcast.Id}.master");
        var whole = await File.ReadAllBytesAsync(master);
        await File.WriteAllBytesAsync(master, [.. whole[..^1], (byte)(whole[^1] ^ 1)]);
        using var answer = await request.SendAsync(acme.Api);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        _said.Add(("problem of ours", await answer.Content.ReadAsByteArrayAsync()));
        // A line comes through a pipe, and may be read after the answer.
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while (!server.Log.Any(static line => line.Contains("KeyFileException", StringComparison.Ordinal)))
        {
            Assert.True(DateTime.UtcNow < until, "the fault is not in the log");
            await Task.Delay(50);
        }

        await File.WriteAllBytesAsync(master, whole);
    }

    private void OpenMasters(ServerProcess server, byte[] key, RunningBroadcast broadcast)
    {
        using var kek = KeyEncryptionKey.FromBytes(key);
        foreach (var (file, context) in ((string, string)[])[
            ("api.key", "server/api"), ("log.key", "server/log"), ("subjects/index.key", "subjects/index"),
            ($"broadcasts/{broadcast.Id}.master", $"broadcast/{broadcast.Id}/master"), ($"broadcasts/{broadcast.Id}.session", $"broadcast/{broadcast.Id}/session")])
        {
            var secret = new byte[32];
            WrappedSecretFile.Read(Path.Combine(server.Data, "keys", file), context, kek, secret);
            _secrets[file] = secret;
        }
    }

    /// <summary>The key service has a new key from now on.</summary>
    private async Task RotateAsync(ServerProcess server, string command)
    {
        var next = RandomNumberGenerator.GetBytes(32);
        _secrets["next key-encryption key"] = next;
        await File.WriteAllTextAsync(command + ".next", Convert.ToBase64String(next));
        var (exit, output, error) = await CommandLine.RunAsync(
            new Dictionary<string, string> { ["LIVELEDGER_KEK_COMMAND"] = $"cat {command}", ["LIVELEDGER_KEK_NEXT_COMMAND"] = $"cat {command}.next" },
            "keys", "rotate", "--data", server.Data);
        Assert.True(exit == 0, error);
        _said.Add(("the command's answer", Encoding.UTF8.GetBytes(output + error)));
        File.Move(command + ".next", command, overwrite: true);
    }

    private async Task ProblemAsync(HttpResponseMessage answer)
    {
        Assert.False(answer.IsSuccessStatusCode);
        Assert.NotEqual(HttpStatusCode.InternalServerError, answer.StatusCode);
        _said.Add(($"problem {answer.StatusCode}", await answer.Content.ReadAsByteArrayAsync()));
    }

    private void Text(string name, string text) => _secrets[name] = Encoding.ASCII.GetBytes(text);

    private IEnumerable<string> Search(string name, IEnumerable<(string Where, byte[] Bytes)> places) =>
        from place in places
        from form in Forms(_secrets[name])
        where place.Bytes.AsSpan().IndexOf(form) >= 0
        select $"the {name} is in {place.Where}";

    private static IEnumerable<byte[]> Forms(byte[] secret)
    {
        yield return secret;
        foreach (var text in (string[])[Convert.ToHexString(secret), Convert.ToHexStringLower(secret), Convert.ToBase64String(secret).TrimEnd('='), Base64Url.EncodeToString(secret)])
        {
            yield return Encoding.ASCII.GetBytes(text);
            // A bytea that holds the text, as PostgreSQL prints it.
            yield return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Encoding.ASCII.GetBytes(text)));
        }
    }

    private static async Task<List<(string Table, string Text)>> RowsAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        var tables = new List<string>();
        await using (var command = source.CreateCommand("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                tables.Add(reader.GetString(0));
            }
        }

        var rows = new List<(string, string)>();
        foreach (var table in tables)
        {
            await using var command = source.CreateCommand($"SELECT t::text FROM {table} t");
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                rows.Add((table, reader.GetString(0)));
            }
        }

        return rows;
    }

    // Everything but the one file that is the operator's token; wrapped keys too, since wrapped they must be.
    private static IEnumerable<string> Files(ServerProcess server) =>
        Directory.EnumerateFiles(server.Data, "*", SearchOption.AllDirectories).Where(static f => Path.GetFileName(f) is not ("operator.token" or "server.lock"));
}

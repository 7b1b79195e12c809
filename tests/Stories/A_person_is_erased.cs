using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Transparency.Notes;
using Npgsql;

namespace LiveLedger.Stories;

/// <summary>
/// What is stored about a person is sealed by the person's own key. Destroying the key erases it everywhere, the database's WAL and every dump
/// included, and no proof of any entry changes.
/// </summary>
public sealed class A_person_is_erased
{
    private const string Ann = "ann.of.green.gables@example.com";
    private const string Bob = "bob.the.neighbour@example.com";

    [Fact]
    public async Task After_an_erasure_no_store_holds_the_person_and_every_proof_holds()
    {
        var database = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync();
        await using var server = await ServerProcess.StartAsync(database);
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        using var rival = await Broadcaster.AdmitAsync(server, "rival");
        var (mine, theirs) = (await acme.GoLiveAsync(), await rival.GoLiveAsync());
        var entitlement = await (await Viewer.ComeAsync(mine, Ann)).EntitleAsync();
        var neighbour = await (await Viewer.ComeAsync(mine, Bob)).EntitleAsync();
        var sameElsewhere = await (await Viewer.ComeAsync(theirs, Ann)).EntitleAsync();

        // Before: the shop sees the name, the key is where it belongs, and the name in clear is nowhere.
        Assert.Equal(Ann, (await ReadAsync(acme, mine, entitlement))["viewer"]!.GetValue<string>());
        var keys = KeyFiles(server, mine);
        Assert.Equal(4, keys.Count);
        Assert.All(keys.Values, key => Assert.NotEmpty(Search(database, server, key)));
        Assert.Empty(Search(database, server, Encoding.UTF8.GetBytes(Ann)));
        var dump = await DumpAsync(database);
        Assert.DoesNotContain("gables", dump, StringComparison.Ordinal);
        Assert.DoesNotContain(Hex("gables"), dump, StringComparison.Ordinal);
        var before = await AuditAsync(server);

        var answer = await acme.Api.PostAsync($"/v1/subjects/{Uri.EscapeDataString(Ann)}/erasure", null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(1, (await answer.Content.ReadFromJsonAsync<JsonObject>())!["erased"]!.GetValue<int>());

        var erased = await ReadAsync(acme, mine, entitlement);
        Assert.Null(erased["viewer"]);
        Assert.True(erased["viewerErased"]!.GetValue<bool>());
        var gone = keys.Where(key => !File.Exists(key.Key)).ToList();
        Assert.Equal(2, gone.Count);
        Assert.All(gone, key => Assert.Empty(Search(database, server, key.Value)));

        // The neighbour stays, and so does a person of the same name whom another shop knows.
        Assert.Equal(Bob, (await ReadAsync(acme, mine, neighbour))["viewer"]!.GetValue<string>());
        Assert.Equal(Ann, (await ReadAsync(rival, theirs, sameElsewhere))["viewer"]!.GetValue<string>());

        // Every entry is what it was, under a longer tree; the erasure itself is one more.
        var after = await AuditAsync(server);
        Assert.Equal(before.Entries.Select(e => e.EventId), after.Entries.Take(before.Entries.Count).Select(e => e.EventId));
        Assert.Contains(after.Entries.Skip(before.Entries.Count), e => e.Type == "subject-erasure-ordered");

        // A new start finds nothing either, and asking again is no error.
        await server.StopAsync();
        Assert.All(gone, key => Assert.Empty(Search(database, server, key.Value)));
        await server.StartAgainAsync();
        Assert.True((await ReadAsync(acme, mine, entitlement))["viewerErased"]!.GetValue<bool>());
        var again = await acme.Api.PostAsync($"/v1/subjects/{Uri.EscapeDataString(Ann)}/erasure", null);
        Assert.Equal(0, (await again.Content.ReadFromJsonAsync<JsonObject>())!["erased"]!.GetValue<int>());
        Assert.DoesNotContain(server.Log, line => line.Contains("gables", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_erased_viewer_is_entitled_to_nothing_and_may_come_anew()
    {
        await using var server = await ServerProcess.StartAsync(await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync());
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync();
        var first = await (await Viewer.ComeAsync(broadcast, "a/b c")).EntitleAsync();
        var erasure = await acme.Api.PostAsync($"/v1/subjects/{Uri.EscapeDataString("a/b c")}/erasure", null);
        Assert.Equal(1, (await erasure.Content.ReadFromJsonAsync<JsonObject>())!["erased"]!.GetValue<int>());

        var again = await Viewer.ComeAsync(broadcast, "a/b c");
        Assert.Equal(HttpStatusCode.Forbidden, (await again.AskAsync("AAAAAAAAAAAAAAAAAAAAAA")).StatusCode);
        var second = await again.EntitleAsync();
        Assert.Equal("a/b c", (await ReadAsync(acme, broadcast, second))["viewer"]!.GetValue<string>());
        Assert.True((await ReadAsync(acme, broadcast, first))["viewerErased"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Only_the_broadcaster_of_a_person_or_an_operator_erases()
    {
        await using var server = await ServerProcess.StartAsync(await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync());
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        using var rival = await Broadcaster.AdmitAsync(server, "rival");
        var broadcast = await acme.GoLiveAsync();
        var viewer = await Viewer.ComeAsync(broadcast, Ann);
        var entitlement = await viewer.EntitleAsync();
        var path = $"/v1/subjects/{Uri.EscapeDataString(Ann)}/erasure";

        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Http.PostAsync(path, null)).StatusCode);
        using var asViewer = server.As(viewer.Token);
        Assert.Equal(HttpStatusCode.Unauthorized, (await asViewer.PostAsync(path, null)).StatusCode);
        Assert.Equal(0, (await (await rival.Api.PostAsync(path, null)).Content.ReadFromJsonAsync<JsonObject>())!["erased"]!.GetValue<int>());
        Assert.Equal(Ann, (await ReadAsync(acme, broadcast, entitlement))["viewer"]!.GetValue<string>());

        using var operate = server.As(server.OperatorToken);
        Assert.Equal(1, (await (await operate.PostAsync(path, null)).Content.ReadFromJsonAsync<JsonObject>())!["erased"]!.GetValue<int>());
        Assert.Null((await ReadAsync(acme, broadcast, entitlement))["viewer"]);
    }

    private static async Task<JsonObject> ReadAsync(Broadcaster owner, RunningBroadcast broadcast, string entitlement) =>
        (await owner.Api.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{broadcast.Id}/entitlements/{entitlement}"))!;

    internal static Dictionary<string, byte[]> KeyFiles(ServerProcess server, RunningBroadcast broadcast) =>
        Directory.GetFiles(Path.Combine(server.Data, "keys", "subjects", "scopes", $"{broadcast.Id}"), "*", SearchOption.AllDirectories)
            .ToDictionary(path => path, File.ReadAllBytes);

    // Every file of the server and of its PostgreSQL cluster, WAL included; and none of the cluster's pages only in memory.
    internal static List<string> Search(string database, ServerProcess server, byte[] bytes)
    {
        using var source = NpgsqlDataSource.Create(database + ";Pooling=false");
        using var flush = source.CreateCommand("CHECKPOINT");
        flush.ExecuteNonQuery();
        using var where = source.CreateCommand("SHOW data_directory");
        return [.. new[] { (string)where.ExecuteScalar()!, server.Data }
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Where(path => Holds(path, bytes))];
    }

    // A lock file is empty, and nobody else may open it.
    private static bool Holds(string path, byte[] bytes)
    {
        try
        {
            return new FileInfo(path).Length > 0 && File.ReadAllBytes(path).AsSpan().IndexOf(bytes) >= 0;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static string Hex(string text) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));

    // Every row of every table as text, bytes in hexadecimal, as a dump has it.
    private static async Task<string> DumpAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database + ";Pooling=false");
        var text = new StringBuilder();
        var tables = new List<string>();
        await using (var list = source.CreateCommand("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"))
        await using (var rows = await list.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync())
            {
                tables.Add(rows.GetString(0));
            }
        }

        foreach (var table in tables)
        {
            await using var read = source.CreateCommand($"SELECT t::text FROM {table} AS t");
            await using var rows = await read.ExecuteReaderAsync();
            while (await rows.ReadAsync())
            {
                text.Append(rows.GetString(0)).Append('\n');
            }
        }

        Assert.Contains(Hex("entitlement-granted"), text.ToString(), StringComparison.Ordinal);
        return text.ToString();
    }

    private static async Task<LogAudit.Audited> AuditAsync(ServerProcess server)
    {
        // Until all that was appended is under a checkpoint.
        var size = -1L;
        for (var i = 0; i < 100; i++)
        {
            var status = (await server.Http.GetFromJsonAsync<JsonObject>("/v1/ledger/status"))!;
            if (status["pending"]!.GetValue<long>() == 0 && status["size"]!.GetValue<long>() == size)
            {
                break;
            }

            size = status["size"]!.GetValue<long>();
            await Task.Delay(300);
        }

        Assert.True(VerifierKey.TryParse((await server.Http.GetStringAsync("/log/key")).Trim(), out var key));
        return await LogAudit.CheckAsync(server.Http, key);
    }
}

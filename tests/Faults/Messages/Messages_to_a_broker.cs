using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Faults.Nodes;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Media;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Ledger;
using LiveLedger.Messages.V1;
using LiveLedger.Transparency.Notes;
using Npgsql;

namespace LiveLedger.Faults.Messages;

/// <summary>What is logged is told to a real RabbitMQ, at least once and under one id, whatever dies.</summary>
[Collection(A_broker.Name)]
public sealed class Messages_to_a_broker(A_broker a)
{
    private static readonly Dictionary<string, string> s_types = new()
    {
        ["broadcast-created"] = "BroadcastCreated",
        ["broadcast-started"] = "BroadcastStarted",
        ["broadcast-ended"] = "BroadcastEnded",
        ["broadcast-taken-down"] = "BroadcastTakenDown",
        ["broadcast-restored"] = "BroadcastRestored",
        ["entitlement-granted"] = "EntitlementGranted",
        ["entitlement-revoked"] = "EntitlementRevoked",
        ["licence-granted"] = "LicenceGranted",
        ["licence-refused"] = "LicenceRefused",
    };

    [Fact]
    public async Task A_broadcasts_life_is_told_with_its_place_in_the_log_and_nobody_is_named()
    {
        await using var receiver = await Receiver.StartAsync(a.Broker.Address, "life");
        var connection = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync();
        await using var server = await StartAsync(connection);
        using var acme = await Broadcaster.AdmitAsync(server, "account-of-acme");
        using var source = await CmafSource.MakeAsync(4);
        var broadcast = await acme.GoLiveAsync("title-of-acme");
        await broadcast.PublishAsync(source, 0, 1);
        var viewer = await Viewer.ComeAsync(broadcast, "ann@example.com");
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.AskAsync(await broadcast.KeyIdAsync("0"))).StatusCode);
        var entitlement = await viewer.EntitleAsync();
        Assert.Equal(HttpStatusCode.OK, (await viewer.AskAsync(await broadcast.KeyIdAsync("0"))).StatusCode);
        (await acme.Api.DeleteAsync($"/v1/broadcasts/{broadcast.Id}/entitlements/{entitlement}")).EnsureSuccessStatusCode();
        await broadcast.TakeDownAsync("a reason nobody outside need know");
        await broadcast.RestoreAsync();
        await broadcast.EndAsync();

        await receiver.UntilAsync(static m => m.Any(static x => x.Type == "BroadcastEnded"), "the end is told");
        await IsToldAsync(server, receiver);
        Assert.Equal(s_types.Values.Order(), receiver.Messages.Select(static m => m.Type).Distinct().Order());
        await using var database = new LedgerDatabase(connection);
        await using var read = database.Source.CreateCommand("SELECT viewer FROM entitlements.entitlements");
        var pseudonym = Base64Url.EncodeToString((byte[])(await read.ExecuteScalarAsync())!);
        Assert.All(receiver.Messages, m =>
        {
            Assert.Contains(broadcast.Id.ToString(), m.Text, StringComparison.Ordinal);
            Assert.All((string[])["account-of-acme", "title-of-acme", "ann@example.com", "a reason nobody", pseudonym], named => Assert.DoesNotContain(named, m.Text, StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task Killed_between_the_message_and_the_note_of_it_the_server_sends_it_again_under_the_same_id()
    {
        await using var receiver = await Receiver.StartAsync(a.Broker.Address, "between");
        var connection = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync();
        await using var server = await StartAsync(connection);
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        await acme.CreateAsync();
        await receiver.UntilAsync(static m => m.Count == 1, "the first is told");
        using (var operating = server.As(server.OperatorToken))
        {
            var told = (long)receiver.Messages.Single().Place.Index;
            await Until.TrueAsync(
                async () => (await operating.GetFromJsonAsync<JsonObject>("/v1/ledger/subscriptions"))!["items"]!.AsArray().Single(static s => (string)s!["name"]! == "messages")!["next"]!.GetValue<long>() > told,
                "its place is written");
        }

        // The place cannot be written while somebody holds its table.
        await using (var database = new LedgerDatabase(connection))
        await using (var holding = await database.Source.OpenConnectionAsync())
        await using (var transaction = await holding.BeginTransactionAsync())
        {
            // For as long as it takes: our own sessions are ended when they do nothing for ten seconds within a transaction.
            await ExecuteAsync("SET LOCAL idle_in_transaction_session_timeout = 0");
            await ExecuteAsync("LOCK TABLE ledger.subscriptions IN EXCLUSIVE MODE");
            await acme.CreateAsync();
            await receiver.UntilAsync(static m => m.Count == 2, "the second is told");
            await server.KillAsync();
            // Its session waits for the table and does not know that nobody waits for it any more.
            await ExecuteAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND classid = x'4C4C0005'::int AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");

            async Task ExecuteAsync(string sql)
            {
                await using var command = new NpgsqlCommand(sql, holding, transaction);
                await command.ExecuteScalarAsync();
            }
        }

        await server.StartAgainAsync();
        await acme.CreateAsync();
        await receiver.UntilAsync(static m => m.Count >= 4, "the second is told again, and the third");
        await IsToldAsync(server, receiver);
        var messages = receiver.Messages.ToArray();
        Assert.Equal(messages[1] with { Text = "" }, messages[2] with { Text = "" });
        Assert.Equal(4, messages.Length);
    }

    [Fact]
    public async Task With_server_and_broker_killed_again_and_again_every_message_arrives_and_none_under_two_ids()
    {
        await using var receiver = await Receiver.StartAsync(a.Broker.Address, "killed");
        await using var server = await StartAsync(await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync());
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        using var over = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                try
                {
                    await acme.CreateAsync();
                }
                catch (HttpRequestException)
                {
                    // Killed; what was stored of it is in the log.
                    await Task.Delay(50);
                }
            }
        })).ToArray();
        for (var kill = 0; kill < 8; kill++)
        {
            await Task.Delay(Random.Shared.Next(100, 900));
            if (kill == 3)
            {
                // The receiver's queue and what was confirmed in it are on the broker's disk; it comes back to them by itself.
                await a.Broker.KillAsync();
                await Task.Delay(1500);
                await a.Broker.StartAgainAsync();
            }
            else
            {
                await server.KillAsync();
                await server.StartAgainAsync();
            }
        }

        await over.CancelAsync();
        await Task.WhenAll(clients);
        await IsToldAsync(server, receiver);
    }

    private Task<ServerProcess> StartAsync(string connection) =>
        ServerProcess.StartAsync(connection, environment: new Dictionary<string, string> { ["LIVELEDGER_RABBITMQ"] = a.Broker.Address.ToString() });

    /// <summary>Every event that has a message has come, under its own id and with its place; nothing else has.</summary>
    private static async Task IsToldAsync(ServerProcess server, Receiver receiver)
    {
        while ((await server.Http.GetFromJsonAsync<JsonObject>("/v1/ledger/status"))!["pending"]!.GetValue<long>() > 0)
        {
            await Task.Delay(50);
        }

        // A checkpoint follows within a second.
        await Task.Delay(1500);
        Assert.True(VerifierKey.TryParse((await server.Http.GetStringAsync("/log/key")).TrimEnd('\n'), out var key));
        var log = (await LogAudit.CheckAsync(server.Http, key)).Entries;
        var told = log.Index().Where(static e => s_types.ContainsKey(e.Item.Type)).ToDictionary(static e => e.Item.EventId, static e => e);
        await receiver.UntilAsync(m => m.Select(static x => x.Id).ToHashSet().IsSupersetOf(told.Keys), $"all of {told.Count} messages");
        Assert.All(receiver.Messages, m =>
        {
            var (index, entry) = told[m.Id];
            Assert.Equal(s_types[entry.Type], m.Type);
            Assert.Equal(new LedgerPlace(key.Name, (ulong)index, entry.EventId, entry.Stream, entry.StreamVersion, entry.RecordedAt), m.Place);
        });

        using var operating = server.As(server.OperatorToken);
        var places = (await operating.GetFromJsonAsync<JsonObject>("/v1/ledger/subscriptions"))!["items"]!.AsArray();
        Assert.Equal(["messages", "webhooks"], places.Select(static p => p!["name"]!.GetValue<string>()));
    }
}

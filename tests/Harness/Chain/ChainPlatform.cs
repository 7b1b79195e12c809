using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Chain;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Media;

namespace LiveLedger.Harness.Chain;

/// <summary>A server with its chain switched on: a node and our contracts of its own, account 0 the platform's, account 1 a broadcaster's, the others viewers'.</summary>
public sealed class ChainPlatform : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly ChainSettingsFile _file;

    private ChainPlatform(Anvil node, TestContracts contracts, ServerProcess server, ChainSettingsFile file) => (Node, Contracts, Server, _file) = (node, contracts, server, file);

    public Anvil Node { get; }

    public TestContracts Contracts { get; }

    public ServerProcess Server { get; }

    /// <summary>Starts all of it.</summary>
    /// <param name="confirmations">How deep a block must lie.</param>
    /// <param name="anchorEverySeconds">How often the log is anchored by the schedule.</param>
    /// <param name="broker">A RabbitMQ for its messages; null to keep them within its process.</param>
    /// <param name="more">Further options of the node.</param>
    public static async Task<ChainPlatform> StartAsync(int confirmations = 1, int anchorEverySeconds = 3600, Uri? broker = null, params string[] more)
    {
        var node = await Anvil.StartAsync(more);
        var contracts = await TestContracts.DeployAsync(node);
        var file = ChainSettingsFile.Of(node, contracts, confirmations, anchorEverySeconds);
        var cluster = await PostgresCluster.SharedAsync();
        var environment = file.Environment;
        if (broker is not null)
        {
            environment["LIVELEDGER_RABBITMQ"] = broker.ToString();
        }

        return new(node, contracts, await ServerProcess.StartAsync(await cluster.CreateDatabaseAsync(), environment: environment), file);
    }

    /// <summary>Has a wallet sign in to watch; returns the viewer's token.</summary>
    public async Task<string> SignInAsync(BroadcastId broadcast, int account)
    {
        var answer = await Server.Http.PostAsJsonAsync($"/v1/broadcasts/{broadcast}/wallets/sign-ins", await SignAsync(broadcast, account, "watching"));
        return (string)(await ReadAsync(answer))["token"]!;
    }

    /// <summary>Makes a wallet a broadcaster's account's.</summary>
    public async Task LinkOwnerAsync(Broadcaster broadcaster, BroadcastId broadcast, int account) =>
        (await broadcaster.Api.PutAsJsonAsync($"/v1/broadcasts/{broadcast}/owner-wallet", await SignAsync(broadcast, account, "owning"))).EnsureSuccessStatusCode();

    /// <summary>What a wallet answers to a request of the server's.</summary>
    public async Task<JsonObject> SignAsync(BroadcastId broadcast, int account, string purpose)
    {
        var asked = await ReadAsync(await Server.Http.PostAsJsonAsync($"/v1/broadcasts/{broadcast}/wallets/requests", new { wallet = Node.Accounts[account], purpose }));
        var message = (string)asked["message"]!;
        var signature = (string)(await Node.CallAsync("personal_sign", HexText.Of(System.Text.Encoding.UTF8.GetBytes(message)), Node.Accounts[account]))!;
        return new() { ["message"] = message, ["signature"] = signature };
    }

    /// <summary>Gives a broadcast a token of account 1's, and waits until the platform has seen it.</summary>
    public async Task RegisterAsync(Broadcaster broadcaster, BroadcastId broadcast)
    {
        await LinkOwnerAsync(broadcaster, broadcast, 1);
        (await broadcaster.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast}/token", new { wallet = Node.Accounts[1] })).EnsureSuccessStatusCode();
        await UntilAsync(async () => (await Server.Http.GetAsync($"/v1/broadcasts/{broadcast}/token")).IsSuccessStatusCode, "the token is seen");
    }

    /// <summary>Opens a sale from account 1; returns its number, once the platform has seen it.</summary>
    public async Task<string> OpenSaleAsync(Broadcaster broadcaster, BroadcastId broadcast, object terms)
    {
        var before = await SalesAsync(broadcast);
        await SendAsync(1, await ReadAsync(await broadcaster.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast}/sales", terms)));
        string? opened = null;
        await UntilAsync(async () => (opened = (await SalesAsync(broadcast)).Except(before).SingleOrDefault()) is not null, "the sale is seen");
        return opened!;
    }

    /// <summary>Buys a ticket as the page does: by the transaction that the server prepares, from a wallet.</summary>
    public async Task BuyAsync(BroadcastId broadcast, string sale, int account) =>
        await SendAsync(account, await ReadAsync(await Server.Http.PostAsync($"/v1/broadcasts/{broadcast}/sales/{sale}/purchase", null)));

    /// <summary>A wallet's tickets, as the platform sees them.</summary>
    public async Task<JsonArray> TicketsAsync(BroadcastId broadcast, int account) =>
        (await GetAsync($"/v1/broadcasts/{broadcast}/tickets?wallet={Node.Accounts[account]}"))["items"]!.AsArray();

    /// <summary>Sends what the server prepared from one of the node's accounts.</summary>
    public Task<JsonNode> SendAsync(int account, JsonNode prepared) => Contracts.SendAsync(
        account, Address.TryParse((string)prepared["to"]!, out var to) ? to : throw new InvalidOperationException($"{prepared}"), Convert.FromHexString(((string)prepared["data"]!)[2..]),
        UInt128.Parse(((string)prepared["value"]!)[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    /// <summary>Asks the server.</summary>
    public async Task<JsonNode> GetAsync(string path) => await ReadAsync(await Server.Http.GetAsync(path));

    /// <summary>Waits for something that the platform does by itself.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        for (var begun = TimeProvider.System.GetTimestamp(); !await condition(); await Task.Delay(50))
        {
            if (TimeProvider.System.GetElapsedTime(begun) > s_patience)
            {
                throw new TimeoutException($"waited for: {what}; the server said:\n{string.Join('\n', Server.Log.TakeLast(30))}");
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Node.DisposeAsync();
        _file.Dispose();
    }

    /// <summary>An answer's body.</summary>
    /// <exception cref="HttpRequestException">It was refused.</exception>
    public static async Task<JsonNode> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new HttpRequestException($"{answer.StatusCode}: {text}");
    }

    private async Task<string[]> SalesAsync(BroadcastId broadcast) => [.. (await GetAsync($"/v1/broadcasts/{broadcast}/sales"))["items"]!.AsArray().Select(static s => s!["sale"]!.ToString())];
}

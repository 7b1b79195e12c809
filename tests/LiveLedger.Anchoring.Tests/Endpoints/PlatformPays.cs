using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json.Nodes;
using LiveLedger.Anchoring.Endpoints;
using LiveLedger.Anchoring.Tests.Keeping;
using LiveLedger.Chain;
using LiveLedger.Chain.Contracts;
using LiveLedger.Harness.Chain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Anchoring.Tests.Endpoints;

/// <summary>What the platform does at its own cost, asked for over HTTP. Whoever asks is the broadcaster acme.</summary>
internal sealed class PlatformPays : IAsyncDisposable
{
    private readonly WebApplication _host;
    private readonly HttpClient _http = new();

    // Of all its vouchers: what else is the same is one voucher, whichever second it is signed in.
    private readonly ulong _deadline = (ulong)DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();

    private PlatformPays(KeptSales kept, WebApplication host) => (Kept, _host) = (kept, host);

    public KeptSales Kept { get; }

    public static async Task<PlatformPays> StartAsync()
    {
        var kept = await KeptSales.StartAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(kept.View).AddSingleton(kept.Book).AddSingleton(kept.Wallets).AddSingleton(kept.Desk).AddSingleton(kept.Links).AddSingleton(kept.Settings)
            .AddSingleton<TimeProvider>(kept.Clock).AddSingleton<RedemptionEndpoint>().AddSingleton<OwnerEndpoints>();
        var host = builder.Build();
        host.Use(static (context, next) =>
        {
            context.User = new(new ClaimsIdentity([new("role", "broadcaster"), new("sub", "acme")], "test"));
            return next(context);
        });
        var broadcasts = host.MapGroup("/v1/broadcasts");
        RedemptionEndpoint.Map(broadcasts);
        OwnerEndpoints.Map(broadcasts);
        await host.StartAsync();
        return new(kept, host);
    }

    /// <summary>Asks for something of a broadcast's; the answer has its status as <c>status</c>.</summary>
    public async Task<JsonNode> PostAsync(string path, object body)
    {
        using var answer = await _http.PostAsJsonAsync($"{_host.Urls.Single()}/v1/broadcasts/{Kept.Chain.Broadcast}/{path}", body);
        var said = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        said["status"] = (int)answer.StatusCode;
        return said;
    }

    /// <summary>A free voucher, signed by the broadcaster's wallet.</summary>
    /// <param name="sale">Of which sale.</param>
    /// <param name="nonce">Its number.</param>
    /// <param name="v">What the last byte of the signature is less than 27 and 28.</param>
    public async Task<JsonObject> VoucherAsync(SaleNumber sale, int nonce, byte v = 0)
    {
        var anvil = Kept.Chain.Anvil;
        static JsonObject Field(string name, string type) => new() { ["name"] = name, ["type"] = type };
        var typed = new JsonObject
        {
            ["domain"] = new JsonObject { ["name"] = "LiveLedger Tickets", ["version"] = "1", ["chainId"] = Anvil.ChainId, ["verifyingContract"] = Kept.Chain.Contracts.Tickets.ToString() },
            ["primaryType"] = "Voucher",
            ["types"] = new JsonObject
            {
                ["EIP712Domain"] = new JsonArray(Field("name", "string"), Field("version", "string"), Field("chainId", "uint256"), Field("verifyingContract", "address")),
                ["Voucher"] = new JsonArray(
                    Field("sale", "uint256"), Field("buyer", "address"), Field("currency", "address"), Field("price", "uint128"), Field("nonce", "uint256"), Field("deadline", "uint64")),
            },
            ["message"] = new JsonObject
            {
                ["sale"] = $"{sale}",
                ["buyer"] = anvil.Accounts[2],
                ["currency"] = Address.Zero.ToString(),
                ["price"] = "0",
                ["nonce"] = $"{nonce}",
                ["deadline"] = $"{_deadline}",
            },
        };
        var signature = Convert.FromHexString(((string)(await anvil.CallAsync("eth_signTypedData_v4", anvil.Accounts[1], typed))!)[2..]);
        signature[^1] -= v;
        return new() { ["sale"] = $"{sale}", ["buyer"] = anvil.Accounts[2], ["nonce"] = $"{nonce}", ["deadline"] = _deadline, ["signature"] = HexText.Of(signature) };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
        await Kept.DisposeAsync();
    }
}

using System.Text.Json.Nodes;
using LiveLedger.Chain;
using LiveLedger.Chain.Contracts;
using LiveLedger.Cryptography;
using LiveLedger.Media;

namespace LiveLedger.Harness.Chain;

/// <summary>Our contracts on a node of a test's own, as published, and what people do with them from the node's accounts.</summary>
public sealed class TestContracts
{
    private readonly Anvil _node;

    private TestContracts(Anvil node, Address anchor, Address ownership, Address tickets) => (_node, Anchor, Ownership, Tickets) = (node, anchor, ownership, tickets);

    /// <summary>CheckpointAnchor.</summary>
    public Address Anchor { get; }

    /// <summary>BroadcastOwnership; account 0 registers.</summary>
    public Address Ownership { get; }

    /// <summary>Tickets.</summary>
    public Address Tickets { get; }

    /// <summary>Deploys all three from account 0.</summary>
    public static async Task<TestContracts> DeployAsync(Anvil node)
    {
        var anchor = await CreateAsync(node, "CheckpointAnchor", []);
        var ownership = await CreateAsync(node, "BroadcastOwnership", BroadcastOwnershipCalls.Constructor(Account(node, 0)));
        return new(node, anchor, ownership, await CreateAsync(node, "Tickets", TicketsCalls.Constructor(ownership, anchor)));
    }

    /// <summary>One of the node's accounts.</summary>
    public static Address Account(Anvil node, int number) => Address.TryParse(node.Accounts[number], out var address) ? address : throw new InvalidOperationException();

    /// <summary>Gives a broadcast a token.</summary>
    public Task RegisterAsync(BroadcastId broadcast, int owner, Bytes32 identity) =>
        SendAsync(0, Ownership, BroadcastOwnershipCalls.Register(broadcast.Value, identity, Account(_node, owner), Account(_node, owner), 500));

    /// <summary>Puts tickets on sale; returns the sale's number.</summary>
    public async Task<SaleNumber> OpenSaleAsync(int owner, SaleTerms terms)
    {
        var receipt = await SendAsync(owner, Tickets, TicketsCalls.CreateSale(terms, [new(Account(_node, owner), 10_000)]));
        return new((UInt128)Convert.ToUInt64(Topic(receipt, SaleCreated.Topic, 1), 16));
    }

    /// <summary>Buys a ticket; returns its number.</summary>
    public async Task<TicketNumber> BuyAsync(int buyer, SaleNumber sale, UInt128 price)
    {
        var receipt = await SendAsync(buyer, Tickets, TicketsCalls.Buy(sale), price);
        return new((UInt128)Convert.ToUInt64(Topic(receipt, TicketBought.Topic, 1), 16));
    }

    /// <summary>Passes a ticket on.</summary>
    public Task TransferAsync(int from, int to, TicketNumber ticket) =>
        SendAsync(from, Tickets, Erc721Calls.TransferFrom(Account(_node, from), Account(_node, to), ticket.Value));

    /// <summary>Terms that are open now and allow everything.</summary>
    public SaleTerms Terms(BroadcastId broadcast, Sha256Hash origin, DateTimeOffset now) => new()
    {
        Broadcast = broadcast.Value,
        Origin = origin,
        Submitter = Account(_node, 0),
        Currency = Address.Zero,
        Price = 1_000_000,
        Supply = 100,
        SaleOpens = Seconds(now.AddMinutes(-1)),
        SaleCloses = Seconds(now.AddHours(1)),
        Starts = Seconds(now.AddMinutes(10)),
        StartDeadline = Seconds(now.AddMinutes(20)),
        Ends = Seconds(now.AddHours(2)),
        ClaimDeadline = Seconds(now.AddDays(1)),
        Transfers = TicketTransfers.Always,
        TransferFee = 0,
        VoucherOnly = false,
    };

    /// <summary>Sends, mines, and gives the receipt.</summary>
    /// <exception cref="InvalidOperationException">It was reverted, or the node refuses it.</exception>
    public async Task<JsonNode> SendAsync(int from, Address? to, byte[] data, UInt128 value = default) => await SendAsync(_node, from, to, data, value);

    private static async Task<JsonNode> SendAsync(Anvil node, int from, Address? to, byte[] data, UInt128 value = default)
    {
        var transaction = new JsonObject { ["from"] = node.Accounts[from], ["data"] = HexText.Of(data), ["value"] = HexText.Quantity(value) };
        if (to is { } called)
        {
            transaction["to"] = called.ToString();
        }

        var hash = (string)(await node.CallAsync("eth_sendTransaction", transaction))!;
        for (var looks = 0; looks < 500; looks++)
        {
            if (await node.CallAsync("eth_getTransactionReceipt", hash) is { } receipt)
            {
                return (string)receipt["status"]! == "0x1" ? receipt : throw new InvalidOperationException($"{hash} was reverted");
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"{hash} is in no block");
    }

    private static async Task<Address> CreateAsync(Anvil node, string contract, byte[] arguments)
    {
        var published = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "contracts", "published", $"{contract}.json")))!;
        var receipt = await SendAsync(node, 0, null, [.. Convert.FromHexString(((string)published["bytecode"]!)[2..]), .. arguments]);
        return Address.TryParse((string)receipt["contractAddress"]!, out var address) ? address : throw new InvalidOperationException();
    }

    private static string Topic(JsonNode receipt, Bytes32 topic, int place) =>
        (string)receipt["logs"]!.AsArray().Single(l => (string)l!["topics"]![0]! == HexText.Of(topic.ToArray()))!["topics"]![place]!;

    private static ulong Seconds(DateTimeOffset time) => (ulong)time.ToUnixTimeSeconds();
}

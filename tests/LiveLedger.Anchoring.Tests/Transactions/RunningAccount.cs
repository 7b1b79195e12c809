using System.Diagnostics;
using LiveLedger.Anchoring.Transactions;
using LiveLedger.Chain;
using LiveLedger.ChainNodes;
using LiveLedger.ChainNodes.Tests;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;

namespace LiveLedger.Anchoring.Tests.Transactions;

/// <summary>An account with a ledger and a real node, and a process that sends its transactions, which a test may end and start again.</summary>
internal sealed class RunningAccount : IAsyncDisposable
{
    private readonly CapturedLog<AccountSender> _lines = new();
    private readonly List<AccountSender> _senders = [];
    private readonly List<ChainNode> _nodes = [];

    private RunningAccount(TestLedger ledger, Anvil anvil, Address account)
    {
        (Ledger, Anvil, Node) = (ledger, anvil, TestNodes.Of(anvil.Url));
        _nodes.Add(Node);
        Book = new(ledger.Events, Node.Chain, account);
        Options = new()
        {
            Account = account,
            Confirmations = 1,
            Look = TimeSpan.FromMilliseconds(100),
            Listen = TimeSpan.FromMilliseconds(100),
            LookBack = TimeSpan.FromMilliseconds(300),
            LongestPause = TimeSpan.FromMilliseconds(200),
            ReplaceAfter = TimeSpan.FromSeconds(60),
        };
    }

    public TestLedger Ledger { get; }

    public Anvil Anvil { get; }

    /// <summary>Straight to the node.</summary>
    public ChainNode Node { get; }

    public AccountBook Book { get; }

    public AccountOptions Options { get; set; }

    /// <summary>A contract that logs the word it is called with.</summary>
    public Address Contract { get; private set; }

    public IEnumerable<string> Lines => _lines.Lines;

    /// <summary>A node's first account is the test's; the second makes the contract.</summary>
    public static async Task<RunningAccount> StartAsync(params string[] anvil)
    {
        var account = new RunningAccount(await TestLedger.StartAsync(), await Anvil.StartAsync(anvil), default);
        await account.Ledger.Database.UpgradeAsync();
        return await account.Of(0);
    }

    /// <summary>The same ledger and node, for another of its accounts.</summary>
    public async Task<RunningAccount> Of(int number)
    {
        var account = new RunningAccount(Ledger, Anvil, Anvil.Account(number));
        account.Contract = Contract == default ? await Node.DeployAsync(Anvil.Account(1), Code.Logs) : Contract;
        return account;
    }

    /// <summary>Starts a process's sender.</summary>
    public async Task<AccountSender> SendAsync(Action<SendStep>? reached = null, string? url = null, string? signer = null, AccountBook? book = null, TestLedger? ledger = null, TimeSpan? patience = null)
    {
        var node = TestNodes.Of(TestNodes.Options(url ?? Anvil.Url) with { Patience = patience ?? TimeSpan.FromSeconds(10), Limit = (patience ?? TimeSpan.FromSeconds(5)) * 4, Rest = TimeSpan.FromSeconds(1) });
        _nodes.Add(node);
        TransactionSigner? signs = null;
        if (signer is not null)
        {
            var outside = TestNodes.Of(TestNodes.Options(signer) with { AsksChain = false });
            _nodes.Add(outside);
            signs = new(outside, node.Chain);
        }

        var sender = new AccountSender((ledger ?? Ledger).Database, book ?? Book, node, signs, Options, TimeProvider.System, _lines, reached ?? (static _ => { }));
        _senders.Add(sender);
        await sender.StartAsync(default);
        return sender;
    }

    /// <summary>The process ends.</summary>
    public async Task EndAsync(AccountSender sender)
    {
        await sender.StopAsync(default);
        _senders.Remove(sender);
        sender.Dispose();
    }

    /// <summary>Orders a call that logs this number.</summary>
    public async Task<Guid> OrderAsync(int number, Address? to = null, byte[]? data = null, UInt128 value = default)
    {
        var order = Order(number, to, data, value);
        await Book.OrderAsync(order, "test", default);
        return order.Id;
    }

    public TransactionOrder Order(int number, Address? to = null, byte[]? data = null, UInt128 value = default) =>
        new(Guid.CreateVersion7(), "test", $"number/{number}", to ?? Contract, value, data ?? Word(number));

    public static byte[] Word(int number) => [.. new byte[28], (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];

    /// <summary>The numbers that the contract has logged, in the chain's order.</summary>
    public async Task<int[]> LoggedAsync()
    {
        var page = await Node.LogsAsync(new([Contract]), new(0), await Node.BlockNumberAsync(default), default);
        return [.. page.Logs.Select(static l => l.Topics[0].ToArray()).Select(static t => (t[^2] << 8) | t[^1])];
    }

    /// <summary>The account's events.</summary>
    public async Task<IReadOnlyList<StoredEvent>> EventsAsync(string? type = null) =>
        [.. (await Ledger.Events.ReadStreamAsync(Book.Stream).ToListAsync()).Where(e => type is null || e.Type == type)];

    /// <summary>Waits until an order's transactions are mined and final, so many times in all.</summary>
    public Task UntilMinedAsync(int orders) => UntilAsync(async () => (await EventsAsync(TransactionEvents.MinedType)).Count >= orders, $"{orders} are mined");

    public async Task UntilAsync(Func<Task<bool>> condition, string claim)
    {
        for (var waiting = Stopwatch.StartNew(); !await condition(); await Task.Delay(30))
        {
            if (waiting.Elapsed > TimeSpan.FromSeconds(25))
            {
                var events = string.Join(", ", (await EventsAsync()).Select(static e => e.Type));
                throw new TimeoutException($"not in time: {claim}; {events}; {string.Join('\n', _lines.Lines.TakeLast(5))}");
            }
        }
    }

    /// <summary>Each number logged once, each order mined once and under a nonce of its own: what must hold whatever happened.</summary>
    public async Task CheckOnceAsync(int orders)
    {
        Assert.Equal(Enumerable.Range(0, orders), (await LoggedAsync()).Order());
        var mined = (await EventsAsync(TransactionEvents.MinedType)).Select(TransactionEvents.ReadMined).ToArray();
        Assert.Equal(orders, mined.Select(static m => m.Order).Distinct().Count());
        Assert.Equal(orders, mined.Length);
        Assert.Equal(orders, mined.Select(static m => m.Nonce).Distinct().Count());
        foreach (var m in mined)
        {
            Assert.True(TransactionHash.TryParse(m.Hash, out var hash));
            var receipt = await Node.ReceiptAsync(hash, default);
            Assert.Equal((m.Block, m.BlockHash, m.Succeeded), (receipt!.Block.Value, receipt.BlockHash.ToString(), receipt.Succeeded));
        }
    }

    /// <summary>Its processes end; ledger and node stay.</summary>
    public async Task EndSendersAsync()
    {
        foreach (var sender in _senders.ToArray())
        {
            await EndAsync(sender);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndSendersAsync();

        _nodes.ForEach(static n => n.Dispose());
        await Anvil.DisposeAsync();
        await Ledger.DisposeAsync();
    }
}

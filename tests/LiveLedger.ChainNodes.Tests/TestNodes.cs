using LiveLedger.Chain;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Ledgers;

namespace LiveLedger.ChainNodes.Tests;

/// <summary>Chain clients as tests want them: impatient.</summary>
internal static class TestNodes
{
    public static ChainNodeOptions Options(params string[] urls) => new()
    {
        Chain = new(Anvil.ChainId),
        Nodes = [.. urls.Select(static u => NodeAddress.TryParse(u, out var address) ? address : throw new ArgumentException(u))],
        Patience = TimeSpan.FromSeconds(2),
        Limit = TimeSpan.FromSeconds(10),
    };

    public static ChainNode Of(params string[] urls) => Of(Options(urls));

    public static ChainNode Of(ChainNodeOptions options, CapturedLog<ChainNode>? log = null) => new(options, TimeProvider.System, log ?? new());

    public static Address Account(this Anvil anvil, int number) => Address.TryParse(anvil.Accounts[number], out var address) ? address : throw new InvalidOperationException();

    /// <summary>Sends from one of the node's accounts and gives the receipt.</summary>
    public static async Task<TransactionReceipt> SendAsync(this ChainNode node, Address from, Address? to, byte[] data, UInt128 value = default)
    {
        var count = await node.TransactionCountAsync(from, BlockReference.Pending, default);
        var hash = await node.SendTransactionAsync(new(from, to, value, data, count, 500_000, 5_000_000_000, 1_000_000_000), default);
        for (var waited = 0; waited < 200; waited++)
        {
            if (await node.ReceiptAsync(hash, default) is { } receipt)
            {
                return receipt;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"{hash} is in no block");
    }

    /// <summary>Makes a contract with this code.</summary>
    public static async Task<Address> DeployAsync(this ChainNode node, Address from, byte[] runtime)
    {
        // PUSH1 length, DUP1, PUSH1 offset, PUSH0, CODECOPY, PUSH0, RETURN
        byte[] init = [0x60, (byte)runtime.Length, 0x80, 0x60, 0x09, 0x5f, 0x39, 0x5f, 0xf3, .. runtime];
        return (await node.SendAsync(from, null, init)).Contract ?? throw new InvalidOperationException("no contract");
    }
}

/// <summary>Contracts of a few bytes, by hand.</summary>
internal static class Code
{
    /// <summary>Logs its input's first word as topic: PUSH0 CALLDATALOAD PUSH0 PUSH0 LOG1 STOP.</summary>
    public static readonly byte[] Logs = [0x5f, 0x35, 0x5f, 0x5f, 0xa1, 0x00];

    /// <summary>Reverts with its input: CALLDATASIZE PUSH0 PUSH0 CALLDATACOPY CALLDATASIZE PUSH0 REVERT.</summary>
    public static readonly byte[] Reverts = [0x36, 0x5f, 0x5f, 0x37, 0x36, 0x5f, 0xfd];

    /// <summary>Keeps its input's first word at place 0: PUSH0 CALLDATALOAD PUSH0 SSTORE STOP.</summary>
    public static readonly byte[] Keeps = [0x5f, 0x35, 0x5f, 0x55, 0x00];
}

using System.Text.Json;
using LiveLedger.Chain.Blocks;
using LiveLedger.Chain.Contracts;
using LiveLedger.Chain.Keccak;
using LiveLedger.Chain.Proofs;
using LiveLedger.Chain.Tests.Abi;
using LiveLedger.Chain.Tests.Readers;
using LiveLedger.Chain.TypedData;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Chain.Tests.Proofs;

/// <summary>The contracts as they are published, on a real node: they take our calls, and their storage is where receipts look.</summary>
public sealed class PublishedAnchorTests(Anvil node) : IClassFixture<Anvil>
{
    private static readonly Sha256Hash s_origin = Sha256Hash.Of("ledger.example/main"u8);

    [Fact]
    public async Task An_anchored_checkpoint_is_told_by_the_contract_and_shown_by_a_receipt()
    {
        var (anchor, account) = (await DeployAsync("CheckpointAnchor"), await AccountAsync());
        byte[][] entries = [.. Enumerable.Range(0, 11).Select(static i => new byte[] { (byte)i, 7 })];
        Bytes32[] leaves = [.. entries.Select(static e => LeafHash.Of(e).Value)];
        var head = new TreeHead(new((ulong)leaves.Length), new(MerkleHash.Root(leaves)));
        var sent = await SendAsync(account, anchor, CheckpointAnchorCalls.Submit(s_origin, head));
        Assert.Equal("0x1", sent.GetProperty("status").GetString());

        var log = sent.GetProperty("logs")[0];
        Bytes32[] topics = [.. log.GetProperty("topics").EnumerateArray().Select(static t => new Bytes32(Bytes(t)))];
        Assert.True(CheckpointAnchored.TryRead(topics, Bytes(log.GetProperty("data")), out var anchored));
        Assert.Equal(new(account, s_origin, head), anchored);

        Assert.True(CheckpointAnchorCalls.TryReadLatest(await CallAsync(anchor, CheckpointAnchorCalls.Latest(account, s_origin)), out var latest, out var time));
        Assert.Equal(head, latest);
        Assert.True(CheckpointAnchorCalls.TryReadRootAt(await CallAsync(anchor, CheckpointAnchorCalls.RootAt(account, s_origin, head.Size)), out var root));
        Assert.Equal(head.Root, root);

        var proof = InclusionProof.Compute(new(6), head.Size, n => MerkleHash.Root(leaves.AsSpan((int)(n.Index << n.Level), 1 << n.Level)));
        var entry = new LoggedEntry(head.Size, new(6), entries[6], [.. proof.Hashes]);
        Assert.True(CheckpointAnchorCalls.TryReadProves(await CallAsync(anchor, CheckpointAnchorCalls.Proves(account, s_origin, entry)), out var proves) && proves);
        Assert.True(CheckpointAnchorCalls.TryReadProves(await CallAsync(anchor, CheckpointAnchorCalls.Proves(account, s_origin, entry with { Entry = entries[5] })), out var other) && !other);

        var (receipt, block) = await ReceiptAsync(anchor, account, head);
        var verdict = receipt.Verify(block);
        Assert.Equal(AnchorReceiptResult.Valid, verdict.Result);
        Assert.Equal(Keccak256.Of(Bytes(await node.AskAsync("eth_getCode", anchor.ToString(), "latest"))), verdict.Account!.CodeHash);
        Assert.InRange(verdict.Header!.Timestamp, time, time + 60);
        Assert.Equal(AnchorReceiptResult.NothingAnchored, (await ReceiptAsync(anchor, account, head with { Size = new(5) })).Receipt.Verify(block).Result);
    }

    [Fact]
    public async Task What_the_contract_refuses_is_told_in_a_line()
    {
        var (anchor, account) = (await DeployAsync("CheckpointAnchor"), await AccountAsync());
        var head = new TreeHead(new(9), new(Keccak256.Of("a root"u8)));
        await SendAsync(account, anchor, CheckpointAnchorCalls.Submit(s_origin, head));
        var asked = new { from = account.ToString(), to = anchor.ToString(), data = HexText.Of(CheckpointAnchorCalls.Submit(s_origin, head with { Size = new(8) })) };
        Assert.Equal("SizeMustGrow(9, 8)", RevertReason.Describe(Bytes((await node.RefusedAsync("eth_call", asked, "latest")).GetProperty("data"))));
    }

    [Fact]
    public async Task The_contract_hashes_vouchers_as_we_do()
    {
        var tickets = await DeployAsync("Tickets", TicketsCalls.Constructor(await DeployAsync("CheckpointAnchor"), await DeployAsync("CheckpointAnchor")));
        var random = new RandomValues(1271);
        for (var i = 0; i < 10; i++)
        {
            var voucher = ContractCases.Voucher(random);
            Assert.True(TicketsViews.TryReadHash(await CallAsync(tickets, TicketsViews.VoucherHash(voucher)), out var hash));
            Assert.Equal(VoucherHash.Of(voucher, new(31337), tickets), hash);
        }
    }

    [Fact]
    public async Task A_registered_broadcast_has_its_facts_and_owner()
    {
        var account = await AccountAsync();
        var ownership = await DeployAsync("BroadcastOwnership", BroadcastOwnershipCalls.Constructor(account));
        var (broadcast, identity) = (Guid.CreateVersion7(), Keccak256.Of("an identity"u8));
        var token = OwnershipToken.Of(broadcast);
        Assert.Equal(broadcast, token.ToBroadcast());
        await SendAsync(account, ownership, BroadcastOwnershipCalls.Register(broadcast, identity, account, account, 250));
        Assert.True(OwnershipFacts.TryRead(await CallAsync(ownership, BroadcastOwnershipCalls.Facts(token)), out var facts));
        Assert.Equal(new(broadcast, identity, default, account), facts);
        Assert.True(Erc721Calls.TryReadAddress(await CallAsync(ownership, Erc721Calls.OwnerOf(token.Value)), out var owner));
        Assert.Equal(account, owner);
        Assert.True(Erc721Calls.TryReadAddress(await CallAsync(ownership, BroadcastOwnershipCalls.Registrar()), out var registrar));
        Assert.Equal(account, registrar);
    }

    private async Task<(AnchorReceipt Receipt, BlockHash Block)> ReceiptAsync(Address anchor, Address submitter, TreeHead head)
    {
        var block = await node.AskAsync("eth_getBlockByNumber", "latest", false);
        Assert.True(BlockHeaderJson.TryRead(block, out var fields) & fields!.TryWriteRlp(out var header));
        var number = block.GetProperty("number").GetString()!;
        var answer = await node.AskAsync("eth_getProof", anchor.ToString(), new[] { "0x" + AnchorSlot.Of(submitter, s_origin, head.Size) }, number);
        Assert.True(ProofNodesJson.TryReadAnswer(answer, out var account, out var storage));
        Assert.True(BlockHash.TryParse(block.GetProperty("hash").GetString(), out var hash));
        return (new()
        {
            Chain = new(31337),
            Contract = anchor,
            Submitter = submitter,
            Origin = s_origin,
            Head = head,
            Header = header,
            AccountProof = account,
            StorageProof = storage,
        }, hash);
    }

    private async Task<Address> DeployAsync(string contract, byte[]? arguments = null)
    {
        var code = new PublishedContract(contract).Bytecode + Convert.ToHexStringLower(arguments ?? []);
        var hash = await node.AskAsync("eth_sendTransaction", new { from = (await AccountAsync()).ToString(), data = code });
        var receipt = await node.MinedAsync(hash);
        Assert.True(Address.TryParse(receipt.GetProperty("contractAddress").GetString(), out var address));
        return address;
    }

    private async Task<Address> AccountAsync()
    {
        var accounts = await node.AskAsync("eth_accounts");
        Assert.True(Address.TryParse(accounts[0].GetString(), out var account));
        return account;
    }

    private async Task<JsonElement> SendAsync(Address from, Address to, byte[] data)
    {
        var hash = await node.AskAsync("eth_sendTransaction", new { from = from.ToString(), to = to.ToString(), data = HexText.Of(data) });
        return await node.MinedAsync(hash);
    }

    private async Task<byte[]> CallAsync(Address to, byte[] data) => Bytes(await node.AskAsync("eth_call", new { to = to.ToString(), data = HexText.Of(data) }, "latest"));

    private static byte[] Bytes(JsonElement hex) => Convert.FromHexString(hex.GetString()![2..]);
}

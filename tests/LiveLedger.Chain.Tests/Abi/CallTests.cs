using LiveLedger.Chain.Abi;
using LiveLedger.Chain.Contracts;
using LiveLedger.Chain.Tests.Readers;

namespace LiveLedger.Chain.Tests.Abi;

/// <summary>What we send to a contract is what ethers and cast would send.</summary>
public sealed class CallTests
{
    private const int Rounds = 60;

    /// <summary>All that we call.</summary>
    internal static IReadOnlyList<AbiSignature> Functions { get; } =
    [
        CheckpointAnchorCalls.SubmitFunction, CheckpointAnchorCalls.LatestFunction, CheckpointAnchorCalls.RootAtFunction, CheckpointAnchorCalls.ProvesFunction,
        BroadcastOwnershipCalls.RegisterFunction, BroadcastOwnershipCalls.SealFunction, BroadcastOwnershipCalls.AcceptHandOverFunction,
        BroadcastOwnershipCalls.FactsFunction, Erc721Calls.OwnerOfFunction, Erc721Calls.TransferFromFunction, Erc20Calls.ApproveFunction,
        TicketsCalls.CreateSaleFunction, TicketsCalls.BuyFunction, TicketsCalls.RedeemFunction, TicketsCalls.CancelNoncesFunction,
        TicketsCalls.PayTransferFeeFunction, TicketsCalls.ProveStartFunction, TicketsCalls.StartMissedFunction, TicketsCalls.CancelFunction,
        TicketsCalls.SettleFunction, TicketsCalls.RefundFunction, TicketsCalls.BurnFunction, TicketsCalls.ClaimOutagesFunction, TicketsCalls.WithdrawFunction,
        TicketsViews.StateOfFunction, TicketsViews.EscrowOfFunction, TicketsViews.TermsOfFunction, TicketsViews.PayeesOfFunction,
        TicketsViews.TicketOfFunction, TicketsViews.SoldOfFunction, TicketsViews.NonceUsedFunction, TicketsViews.CreditOfFunction, TicketsViews.VoucherHashFunction,
        TicketsViews.TransferFeeOfFunction, TicketsViews.OwnershipFunction, TicketsViews.AnchorFunction, BroadcastOwnershipCalls.RegistrarFunction,
    ];

    [Fact]
    public void Every_call_of_random_values_is_what_ethers_writes()
    {
        var random = new RandomValues(721);
        var calls = Enumerable.Range(0, Rounds).SelectMany(_ => Calls(random)).ToArray();
        var written = Ethers.Write([.. calls.Select(static c => new EthersQuestion("call", c.Function.Text, c.Values))]);
        foreach (var (call, expected) in calls.Zip(written))
        {
            Assert.True(expected.Bytes.AsSpan().SequenceEqual(call.Data), $"{call.Function.Text}: {expected.Data} and not {HexText.Of(call.Data)}");
        }

        // None was forgotten.
        Assert.Equal(Functions.Select(static f => f.Text).Order(), calls.Select(static c => c.Function.Text).Distinct().Order());
    }

    [Fact]
    public void Selectors_are_those_that_cast_computes()
    {
        foreach (var function in Functions)
        {
            Assert.Equal(Cast.Say("sig", function.Text), $"0x{function.Selector:x8}");
        }
    }

    [Fact]
    public void Calls_with_bytes_and_arrays_are_what_cast_writes()
    {
        var random = new RandomValues(2981);
        var (entry, gap, submitter, origin) = (ContractCases.Entry(random), ContractCases.Entry(random), random.Account(), random.Word());
        Assert.Equal(
            Cast.Say("calldata", CheckpointAnchorCalls.ProvesFunction.Text, submitter.ForEthers(), origin.ForEthers(), entry.Size.ToString(), entry.Index.ToString(), entry.Entry.ForEthers(), Path(entry)),
            HexText.Of(CheckpointAnchorCalls.Proves(submitter, new(origin), entry)));
        Assert.Equal(
            Cast.Say("calldata", TicketsCalls.ClaimOutagesFunction.Text, "7", Tuple(entry), $"[({Tuple(gap)},0x000102030405060708090a0b0c0d0e0f,0x7b7d)]", submitter.ForEthers()),
            HexText.Of(TicketsCalls.ClaimOutages(new(7), entry, [new(gap, new("00010203-0405-0607-0809-0a0b0c0d0e0f"), "{}"u8.ToArray())], submitter)));
        var payees = ContractCases.Payees(random);
        var terms = ContractCases.Terms(random);
        Assert.Equal(
            Cast.Say("calldata", TicketsCalls.CreateSaleFunction.Text,
                $"({string.Join(',', terms.ForEthers().Select(static v => v is bool b ? b ? "true" : "false" : v))})",
                $"[{string.Join(',', payees.Select(static p => $"({p.To},{p.Share})"))}]"),
            HexText.Of(TicketsCalls.CreateSale(terms, payees)));
    }

    [Fact]
    public void Arguments_of_constructors_are_what_cast_writes()
    {
        var random = new RandomValues(165);
        var (first, second) = (random.Account(), random.Account());
        Assert.Equal(Cast.Say("abi-encode", "f(address)", first.ForEthers()), HexText.Of(BroadcastOwnershipCalls.Constructor(first)));
        Assert.Equal(Cast.Say("abi-encode", "f(address,address)", first.ForEthers(), second.ForEthers()), HexText.Of(TicketsCalls.Constructor(first, second)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2501)]
    public void A_royalty_that_the_contract_would_refuse_is_not_written(int royalty)
        => Assert.Throws<ArgumentOutOfRangeException>(() => BroadcastOwnershipCalls.Register(default, default, default, default, royalty));

    private static string Path(LoggedEntry entry) => $"[{string.Join(',', entry.Path.Select(static h => h.ForEthers()))}]";

    private static string Tuple(LoggedEntry entry) => $"({entry.Size},{entry.Index},{entry.Entry.ForEthers()},{Path(entry)})";

    private static IEnumerable<Call> Calls(RandomValues random)
    {
        var (a, b, c) = (random.Account(), random.Account(), random.Account());
        var (word, other, half, number, big) = (random.Word(), random.Word(), random.Half(), random.Long(), random.Number(UInt128.MaxValue));
        var (entry, gaps) = (ContractCases.Entry(random), ContractCases.Gaps(random));
        var (terms, payees, voucher) = (ContractCases.Terms(random), ContractCases.Payees(random), ContractCases.Voucher(random));
        ReadOnlyMemory<byte> bytes = random.Bytes(random.Length(70));
        var royalty = random.Length(2500);
        return
        [
            new(CheckpointAnchorCalls.SubmitFunction, CheckpointAnchorCalls.Submit(new(word), new(new(number), new(other))), [word.ForEthers(), number.ForEthers(), other.ForEthers()]),
            new(CheckpointAnchorCalls.LatestFunction, CheckpointAnchorCalls.Latest(a, new(word)), [a.ForEthers(), word.ForEthers()]),
            new(CheckpointAnchorCalls.RootAtFunction, CheckpointAnchorCalls.RootAt(a, new(word), new(number)), [a.ForEthers(), word.ForEthers(), number.ForEthers()]),
            new(CheckpointAnchorCalls.ProvesFunction, CheckpointAnchorCalls.Proves(a, new(word), entry), [a.ForEthers(), word.ForEthers(), .. entry.ForEthers()]),
            new(BroadcastOwnershipCalls.RegisterFunction, BroadcastOwnershipCalls.Register(half, word, a, b, royalty), [half.ForEthers(), word.ForEthers(), a.ForEthers(), b.ForEthers(), royalty]),
            new(BroadcastOwnershipCalls.SealFunction, BroadcastOwnershipCalls.Seal(new(big), word), [big.ForEthers(), word.ForEthers()]),
            new(BroadcastOwnershipCalls.AcceptHandOverFunction, BroadcastOwnershipCalls.AcceptHandOver(new(big), word), [big.ForEthers(), word.ForEthers()]),
            new(BroadcastOwnershipCalls.FactsFunction, BroadcastOwnershipCalls.Facts(new(big)), [big.ForEthers()]),
            new(Erc721Calls.OwnerOfFunction, Erc721Calls.OwnerOf(big), [big.ForEthers()]),
            new(Erc721Calls.TransferFromFunction, Erc721Calls.TransferFrom(a, b, big), [a.ForEthers(), b.ForEthers(), big.ForEthers()]),
            new(Erc20Calls.ApproveFunction, Erc20Calls.Approve(a, big), [a.ForEthers(), big.ForEthers()]),
            new(TicketsCalls.CreateSaleFunction, TicketsCalls.CreateSale(terms, payees), [terms.ForEthers(), payees.ForEthers()]),
            new(TicketsCalls.BuyFunction, TicketsCalls.Buy(new(big)), [big.ForEthers()]),
            new(TicketsCalls.RedeemFunction, TicketsCalls.Redeem(voucher, bytes.Span), [voucher.ForEthers(), bytes.ForEthers()]),
            new(TicketsCalls.CancelNoncesFunction, TicketsCalls.CancelNonces(big, word), [big.ForEthers(), word.ForEthers()]),
            new(TicketsCalls.PayTransferFeeFunction, TicketsCalls.PayTransferFee(new(big)), [big.ForEthers()]),
            new(TicketsCalls.ProveStartFunction, TicketsCalls.ProveStart(new(big), entry), [big.ForEthers(), entry.ForEthers()]),
            new(TicketsCalls.StartMissedFunction, TicketsCalls.StartMissed(new(big)), [big.ForEthers()]),
            new(TicketsCalls.CancelFunction, TicketsCalls.Cancel(new(big)), [big.ForEthers()]),
            new(TicketsCalls.SettleFunction, TicketsCalls.Settle(new(big)), [big.ForEthers()]),
            new(TicketsCalls.RefundFunction, TicketsCalls.Refund(new(big), a), [big.ForEthers(), a.ForEthers()]),
            new(TicketsCalls.BurnFunction, TicketsCalls.Burn(new(big)), [big.ForEthers()]),
            new(TicketsCalls.ClaimOutagesFunction, TicketsCalls.ClaimOutages(new(big), entry, gaps, c), [big.ForEthers(), entry.ForEthers(), gaps.Select(static g => g.ForEthers()).ToArray(), c.ForEthers()]),
            new(TicketsCalls.WithdrawFunction, TicketsCalls.Withdraw(a, b), [a.ForEthers(), b.ForEthers()]),
            new(TicketsViews.StateOfFunction, TicketsViews.StateOf(new(big)), [big.ForEthers()]),
            new(TicketsViews.EscrowOfFunction, TicketsViews.EscrowOf(new(big)), [big.ForEthers()]),
            new(TicketsViews.TermsOfFunction, TicketsViews.TermsOf(new(big)), [big.ForEthers()]),
            new(TicketsViews.PayeesOfFunction, TicketsViews.PayeesOf(new(big)), [big.ForEthers()]),
            new(TicketsViews.TicketOfFunction, TicketsViews.TicketOf(new(big)), [big.ForEthers()]),
            new(TicketsViews.SoldOfFunction, TicketsViews.SoldOf(new(big)), [big.ForEthers()]),
            new(TicketsViews.NonceUsedFunction, TicketsViews.NonceUsed(a, big), [a.ForEthers(), big.ForEthers()]),
            new(TicketsViews.CreditOfFunction, TicketsViews.CreditOf(a, b), [a.ForEthers(), b.ForEthers()]),
            new(TicketsViews.TransferFeeOfFunction, TicketsViews.TransferFeeOf(new(big)), [big.ForEthers()]),
            new(TicketsViews.OwnershipFunction, TicketsViews.Ownership(), []),
            new(TicketsViews.AnchorFunction, TicketsViews.Anchor(), []),
            new(BroadcastOwnershipCalls.RegistrarFunction, BroadcastOwnershipCalls.Registrar(), []),
            new(TicketsViews.VoucherHashFunction, TicketsViews.VoucherHash(voucher), [voucher.ForEthers()]),
        ];
    }

    private sealed record Call(AbiSignature Function, byte[] Data, object[] Values);
}

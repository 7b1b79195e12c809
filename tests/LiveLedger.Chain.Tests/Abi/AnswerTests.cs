using LiveLedger.Chain.Contracts;
using LiveLedger.Chain.Tests.Readers;

namespace LiveLedger.Chain.Tests.Abi;

/// <summary>Answers of views as ethers writes them are read; anything else is not.</summary>
public sealed class AnswerTests
{
    private const int Rounds = 40;

    [Fact]
    public void Every_answer_of_random_values_is_read_as_ethers_wrote_it()
    {
        var random = new RandomValues(20);
        foreach (var (answer, written) in Written([.. Enumerable.Range(0, Rounds).SelectMany(_ => Answers(random))]))
        {
            Assert.Equal(answer.Expected, answer.Read(written));
        }
    }

    [Fact]
    public void An_answer_that_is_longer_or_shorter_is_refused()
    {
        foreach (var (answer, written) in Written([.. Answers(new(21))]))
        {
            Assert.Null(answer.Read([]));
            Assert.Null(answer.Read(written[..^1]));
            Assert.Null(answer.Read(written[..^32]));
            Assert.Null(answer.Read([.. written, 0]));
            Assert.Null(answer.Read([.. written, .. new byte[32]]));
        }
    }

    [Fact]
    public void What_does_not_fit_its_type_is_refused()
    {
        var over = (byte[])[.. new byte[15], 1, .. new byte[16]];
        Assert.False(TicketsViews.TryReadAmount(over, out _));
        Assert.True(TicketsViews.TryReadAmount([.. new byte[16], .. Enumerable.Repeat((byte)0xff, 16)], out var most) && most == UInt128.MaxValue);
        Assert.False(TicketsViews.TryReadTruth([.. new byte[31], 2], out _));
        Assert.False(TicketsViews.TryReadState([.. new byte[31], 5], out _));
        Assert.False(Erc721Calls.TryReadAddress([.. new byte[11], 1, .. new byte[20]], out _));
        Assert.False(CheckpointAnchorCalls.TryReadLatest([.. new byte[23], 1, .. new byte[8], .. new byte[64]], out _, out _));

        // bytes16 stands at the left.
        Assert.False(OwnershipFacts.TryRead([.. new byte[16], 1, .. new byte[15], .. new byte[96]], out _));
        Assert.True(OwnershipFacts.TryRead([.. new byte[15], 1, .. new byte[16], .. new byte[96]], out _));
    }

    [Fact]
    public void An_array_that_begins_elsewhere_or_is_longer_than_the_contract_allows_is_refused()
    {
        var payee = (byte[])[.. new byte[63], 1];
        byte[] Array(byte offset, byte count, int payees) => [.. new byte[31], offset, .. new byte[31], count, .. Enumerable.Repeat(payee, payees).SelectMany(static p => p)];
        Assert.True(Payee.TryRead(Array(32, 16, 16), out var sixteen) && sixteen.Count == 16);
        Assert.False(Payee.TryRead(Array(32, 17, 17), out _));
        Assert.False(Payee.TryRead(Array(64, 1, 1), out _));
        Assert.False(Payee.TryRead(Array(0, 1, 1), out _));
        Assert.False(Payee.TryRead(Array(32, 2, 1), out _));
        Assert.False(Payee.TryRead(Array(32, 1, 2), out _));
    }

    private static IEnumerable<(Answer Answer, byte[] Written)> Written(Answer[] answers) =>
        answers.Zip(Ethers.Write([.. answers.Select(static a => new EthersQuestion("tuple", a.Types, a.Values))]).Select(static w => w.Bytes));

    private static IEnumerable<Answer> Answers(RandomValues random)
    {
        var (a, word, other, number, big) = (random.Account(), random.Word(), random.Word(), random.Long(), random.Number(UInt128.MaxValue));
        var (half, truth, time, face, paid) = (random.Half(), random.Truth(), random.Long(), random.Number(UInt128.MaxValue), random.Number(UInt128.MaxValue));
        var (terms, payees, state) = (ContractCases.Terms(random), ContractCases.Payees(random), (SaleState)random.Length(4));
        return
        [
            new("(uint64,uint64,bytes32)", [number.ForEthers(), time.ForEthers(), word.ForEthers()], (number, time, word),
                static d => CheckpointAnchorCalls.TryReadLatest(d, out var head, out var at) ? (head.Size.Value, at, head.Root.Value) : null),
            new("(bytes32)", [word.ForEthers()], word, static d => CheckpointAnchorCalls.TryReadRootAt(d, out var root) ? root.Value : null),
            new("(bool)", [truth], truth, static d => CheckpointAnchorCalls.TryReadProves(d, out var proves) ? proves : null),
            new("(bytes16,bytes32,bytes32,address)", [half.ForEthers(), word.ForEthers(), other.ForEthers(), a.ForEthers()], new OwnershipFacts(half, word, other, a),
                static d => OwnershipFacts.TryRead(d, out var facts) ? facts : null),
            new("(address)", [a.ForEthers()], a, static d => Erc721Calls.TryReadAddress(d, out var owner) ? owner : null),
            new(SaleTerms.Type, terms.ForEthers(), terms, static d => SaleTerms.TryRead(d, out var read) ? read : null),
            new("((address,uint16)[])", [payees.ForEthers()], payees, static d => Payee.TryRead(d, out var read) ? read : null),
            new("(uint256,uint128,uint128,uint64)", [big.ForEthers(), face.ForEthers(), paid.ForEthers(), number.ForEthers()], new TicketFacts(new(big), face, paid, number),
                static d => TicketFacts.TryRead(d, out var facts) ? facts : null),
            new("(uint8)", [(int)state], state, static d => TicketsViews.TryReadState(d, out var read) ? read : null),
            new("(uint256)", [big.ForEthers()], big, static d => TicketsViews.TryReadAmount(d, out var read) ? read : null),
            new("(bool)", [truth], truth, static d => TicketsViews.TryReadTruth(d, out var read) ? read : null),
            new("(bytes32)", [word.ForEthers()], word, static d => TicketsViews.TryReadHash(d, out var read) ? read : null),
        ];
    }

    private sealed record Answer(string Types, object[] Values, object Expected, Func<byte[], object?> Read);
}

using LiveLedger.Chain.Abi;
using LiveLedger.Chain.Contracts;
using LiveLedger.Chain.Tests.Readers;

namespace LiveLedger.Chain.Tests.Abi;

/// <summary>What we call and read is what solc made of the contracts.</summary>
public sealed class PublishedTests
{
    /// <summary>Events that say nothing to us: of approvals, of the registrar's account, of a domain that never changes.</summary>
    private static readonly string[] s_unread = ["Approval(", "ApprovalForAll(", "OwnershipTransferStarted(", "OwnershipTransferred(", "EIP712DomainChanged("];

    /// <summary>What each function that we read the answer of gives back.</summary>
    private static readonly Dictionary<AbiSignature, string> s_answers = new()
    {
        [CheckpointAnchorCalls.LatestFunction] = "(uint64,uint64,bytes32)",
        [CheckpointAnchorCalls.RootAtFunction] = "(bytes32)",
        [CheckpointAnchorCalls.ProvesFunction] = "(bool)",
        [BroadcastOwnershipCalls.FactsFunction] = "(bytes16,bytes32,bytes32,address)",
        [BroadcastOwnershipCalls.RegistrarFunction] = "(address)",
        [Erc721Calls.OwnerOfFunction] = "(address)",
        [TicketsViews.StateOfFunction] = "(uint8)",
        [TicketsViews.EscrowOfFunction] = "(uint256)",
        [TicketsViews.TermsOfFunction] = $"({SaleTerms.Type})",
        [TicketsViews.PayeesOfFunction] = $"({Payee.Type}[])",
        [TicketsViews.TicketOfFunction] = "(uint256,uint128,uint128,uint64)",
        [TicketsViews.SoldOfFunction] = "(uint32)",
        [TicketsViews.NonceUsedFunction] = "(bool)",
        [TicketsViews.CreditOfFunction] = "(uint256)",
        [TicketsViews.TransferFeeOfFunction] = "(uint256)",
        [TicketsViews.OwnershipFunction] = "(address)",
        [TicketsViews.AnchorFunction] = "(address)",
        [TicketsViews.VoucherHashFunction] = "(bytes32)",
    };

    [Fact]
    public void Every_function_that_we_call_is_a_contracts_and_gives_back_what_we_read()
    {
        var published = PublishedContract.All.SelectMany(static c => c.Functions).ToLookup(static f => f.Key, static f => f.Value);
        foreach (var function in CallTests.Functions)
        {
            Assert.True(published.Contains(function.Text), $"no contract has {function.Text}");
            if (s_answers.TryGetValue(function, out var answer))
            {
                Assert.All(published[function.Text], p => Assert.Equal(answer, p));
            }
        }
    }

    [Fact]
    public void Every_event_of_the_contracts_is_read_as_it_is_declared_or_passed_over_by_name()
    {
        var published = PublishedContract.All.SelectMany(static c => c.Events).Distinct().ToList();
        Assert.Equal(
            published.Where(static e => !s_unread.Any(u => e.StartsWith(u, StringComparison.Ordinal))).Order(StringComparer.Ordinal),
            EventTests.Declarations.Order(StringComparer.Ordinal));
    }

    // StringTooLong has a text in it, and is thrown while a contract with a long name is made: ours is short.
    [Fact]
    public void Every_error_of_the_contracts_has_its_line()
    {
        var published = PublishedContract.All.SelectMany(static c => c.Errors).Distinct().Where(static e => e != "StringTooLong(string)");
        Assert.Equal(published.Order(StringComparer.Ordinal), ContractErrors.BySelector.Values.Select(static e => e.Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Constructors_take_what_we_give_them()
        => Assert.Equal(["()", "(address)", "(address,address)"], PublishedContract.All.Select(static c => c.Constructor));
}

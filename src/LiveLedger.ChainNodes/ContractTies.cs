using LiveLedger.Chain;
using LiveLedger.Chain.Contracts;

namespace LiveLedger.ChainNodes;

/// <summary>Looks whether our three contracts know one another and the platform's account, as they do from one deployment. It is the node's word.</summary>
/// <param name="Account">The platform's account.</param>
/// <param name="Anchor">CheckpointAnchor.</param>
/// <param name="Ownership">BroadcastOwnership.</param>
/// <param name="Tickets">Tickets.</param>
internal sealed record ContractTies(Address Account, Address Anchor, Address Ownership, Address Tickets)
{
    /// <summary>What is wrong; empty if nothing is.</summary>
    /// <exception cref="ChainException">The node does not answer.</exception>
    public async Task<IReadOnlyList<string>> FaultsAsync(ChainNode node, CancellationToken cancel)
    {
        var faults = new List<string>();
        foreach (var (what, contract, question, expected) in (IEnumerable<(string, Address, byte[], Address)>)
        [
            ("the registrar of BroadcastOwnership", Ownership, BroadcastOwnershipCalls.Registrar(), Account),
            ("the BroadcastOwnership of Tickets", Tickets, TicketsViews.Ownership(), Ownership),
            ("the CheckpointAnchor of Tickets", Tickets, TicketsViews.Anchor(), Anchor),
        ])
        {
            var found = await AddressAsync(node, contract, question, cancel);
            if (found != expected)
            {
                faults.Add($"{what} is {found?.ToChecksumText() ?? "none"}, not {expected.ToChecksumText()}");
            }
        }

        return faults;
    }

    // Where no contract stands the answer is empty, and one that is not ours says no, or anything.
    private static async Task<Address?> AddressAsync(ChainNode node, Address contract, byte[] question, CancellationToken cancel)
    {
        try
        {
            return Erc721Calls.TryReadAddress(await node.CallAsync(contract, question, BlockReference.Latest, cancel), out var found) ? found : null;
        }
        catch (ChainException e) when (e.Error is { } error && (error.IsRevert || error.IsHalt))
        {
            return null;
        }
    }
}

using LiveLedger.Chain;
using LiveLedger.Chain.Contracts;
using LiveLedger.ChainNodes;

namespace LiveLedger.Cli.Chain;

/// <summary>Looks whether our contracts stand where they are said to, and know one another. It is the node's word.</summary>
/// <param name="node">Who is asked.</param>
/// <param name="account">The platform's account.</param>
/// <param name="anchor">CheckpointAnchor.</param>
/// <param name="ownership">BroadcastOwnership.</param>
/// <param name="tickets">Tickets.</param>
internal sealed class ContractCheck(ChainNode node, Address account, Address anchor, Address ownership, Address tickets)
{
    /// <summary>What is wrong; empty if nothing is.</summary>
    /// <exception cref="ChainException">The node does not answer.</exception>
    internal async Task<IReadOnlyList<string>> FaultsAsync(CancellationToken cancellation)
    {
        var faults = new List<string>();
        foreach (var (contract, address) in (IEnumerable<(PublishedContract, Address)>)[(PublishedContract.Anchor, anchor), (PublishedContract.Ownership, ownership), (PublishedContract.Tickets, tickets)])
        {
            var code = await node.CodeAsync(address, BlockReference.Latest, cancellation);
            if (!contract.IsCode(code))
            {
                faults.Add(code.Length == 0
                    ? $"there is no contract at {address.ToChecksumText()}, where {contract.Name} should be"
                    : $"the contract at {address.ToChecksumText()} is not {contract.Name} as it is published");
            }
        }

        if (faults.Count == 0)
        {
            await ExpectAsync(faults, ownership, BroadcastOwnershipCalls.Registrar(), account, "the registrar of BroadcastOwnership", cancellation);
            await ExpectAsync(faults, tickets, TicketsViews.Ownership(), ownership, "the BroadcastOwnership of Tickets", cancellation);
            await ExpectAsync(faults, tickets, TicketsViews.Anchor(), anchor, "the CheckpointAnchor of Tickets", cancellation);
        }

        return faults;
    }

    private async Task ExpectAsync(List<string> faults, Address contract, byte[] question, Address expected, string what, CancellationToken cancellation)
    {
        var answer = await node.CallAsync(contract, question, BlockReference.Latest, cancellation);
        if (!Erc721Calls.TryReadAddress(answer, out var found) || found != expected)
        {
            faults.Add($"{what} is {(found == default ? "none" : found.ToChecksumText())}, not {expected.ToChecksumText()}");
        }
    }
}

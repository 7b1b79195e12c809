using LiveLedger.Chain;
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
            faults.AddRange(await new ContractTies(account, anchor, ownership, tickets).FaultsAsync(node, cancellation));
        }

        return faults;
    }
}

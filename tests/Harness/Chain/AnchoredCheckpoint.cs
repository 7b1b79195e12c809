using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiveLedger.Chain;
using LiveLedger.Chain.Blocks;
using LiveLedger.Chain.Contracts;
using LiveLedger.Chain.Proofs;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Harness.Chain;

/// <summary>A root that somebody anchors under a log's name, true or not, and its receipt by the node.</summary>
/// <param name="contract">Where.</param>
/// <param name="submitter">Who: one of the node's accounts.</param>
/// <param name="log">The log's name.</param>
/// <param name="head">What is said of it.</param>
public sealed class AnchoredCheckpoint(Address contract, int submitter, string log, TreeHead head)
{
    private readonly Sha256Hash _origin = Sha256Hash.Of(Encoding.UTF8.GetBytes(log));

    /// <summary>Anchors it, and gives its receipt's file.</summary>
    public async Task<byte[]> AnchorAsync(Anvil node)
    {
        var sent = await node.CallAsync("eth_sendTransaction", new JsonObject
        {
            ["from"] = node.Accounts[submitter],
            ["to"] = contract.ToString(),
            ["data"] = HexText.Of(CheckpointAnchorCalls.Submit(_origin, head)),
        });
        for (var looks = 0; await node.CallAsync("eth_getTransactionReceipt", sent!.DeepClone()) is null; await Task.Delay(20))
        {
            if (looks++ == 500)
            {
                throw new TimeoutException($"{sent} is in no block");
            }
        }

        return await ReceiptAsync(node);
    }

    /// <summary>Its receipt against the newest block.</summary>
    public async Task<byte[]> ReceiptAsync(Anvil node)
    {
        var account = TestContracts.Account(node, submitter);
        var slot = AnchorSlot.Of(account, _origin, head.Size);
        var block = (await node.CallAsync("eth_getBlockByNumber", "latest", false))!;
        var proof = (await node.CallAsync("eth_getProof", contract.ToString(), new JsonArray(HexText.Of(slot.ToArray())), (string)block["number"]!))!;
        return BlockHeaderJson.TryRead(JsonSerializer.SerializeToElement(block), out var fields) && fields.TryWriteRlp(out var header)
            && ProofNodesJson.TryReadAnswer(JsonSerializer.SerializeToElement(proof), out var accountNodes, out var storageNodes)
            && AnchorReceiptJson.TryWrite(
                new()
                {
                    Chain = new(Anvil.ChainId),
                    Contract = contract,
                    Submitter = account,
                    Origin = _origin,
                    Head = head,
                    Header = header,
                    AccountProof = accountNodes,
                    StorageProof = storageNodes,
                },
                out var file)
                ? file
                : throw new InvalidOperationException($"no receipt: {block} {proof}");
    }
}

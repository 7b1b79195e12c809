using LiveLedger.Chain;
using LiveLedger.Chain.Transactions;

namespace LiveLedger.ChainNodes;

/// <summary>
/// Signs outside of the node (Clef, Web3Signer, a node that only signs), so that what is sent is known before it is. What it signs is read, and is what was asked
/// for, or it is not sent.
/// </summary>
internal sealed class TransactionSigner(ChainNode signer, ChainId chain)
{
    /// <exception cref="ChainException">It does not sign, or something else.</exception>
    public async Task<SignedTransaction> SignAsync(UnsignedTransaction unsigned, CancellationToken cancel)
    {
        var bytes = await signer.SignTransactionAsync(unsigned, cancel);
        return SignedTransaction.TryRead(bytes, out var signed) && signed.Chain == chain && signed.From == unsigned.From && signed.Nonce == unsigned.Nonce && signed.To == unsigned.To
            && signed.Value == unsigned.Value && signed.Gas == unsigned.Gas && signed.MaxFee == unsigned.MaxFee && signed.Tip == unsigned.Tip
            && signed.Data.Span.SequenceEqual(unsigned.Data.Span)
                ? signed
                : throw ChainException.OfAnswer("the signer signs something else than it was given");
    }
}

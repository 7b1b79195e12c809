using LiveLedger.Anchoring.Transactions;
using LiveLedger.ChainNodes;

namespace LiveLedger.Anchoring.Tests.Transactions;

/// <summary>What nodes say, from their sources: go-ethereum core/txpool/errors.go and internal/ethapi, erigon txpool/txpoolcfg, Nethermind AcceptTxResult, Besu
/// TransactionInvalidReason and JsonRpcError, anvil's InvalidTransactionError and PoolError.</summary>
public sealed class SendAnswerTests
{
    [Theory]
    [InlineData("already known", "Known")]
    [InlineData("AlreadyKnown", "Known")]
    [InlineData("AlreadyKnown, known transaction", "Known")]
    [InlineData("Known transaction", "Known")]
    [InlineData("transaction already imported", "Known")]
    [InlineData("Transaction with the same hash was already imported.", "Known")]
    [InlineData("nonce too low", "NonceUsed")]
    [InlineData("nonce too low: next nonce 7, tx nonce 5", "NonceUsed")]
    [InlineData("OldNonce, Current nonce: 7, nonce of rejected tx: 5", "NonceUsed")]
    [InlineData("Transaction nonce is too low. Try incrementing the nonce.", "NonceUsed")]
    [InlineData("Nonce too low", "NonceUsed")]
    [InlineData("replacement transaction underpriced", "FeesTooLow")]
    [InlineData("transaction underpriced: gas tip cap 1, minimum needed 1000000", "FeesTooLow")]
    [InlineData("could not replace existing tx", "FeesTooLow")]
    [InlineData("ReplacementNotAllowed", "FeesTooLow")]
    [InlineData("FeeTooLowToCompete", "FeesTooLow")]
    [InlineData("max fee per gas less than block base fee: address 0x00, maxFeePerGas: 1, baseFee: 7", "FeesTooLow")]
    [InlineData("Gas price below configured minimum gas price", "FeesTooLow")]
    [InlineData("insufficient funds for gas * price + value: balance 0, tx cost 21000, overshot 21000", "NoFunds")]
    [InlineData("Insufficient funds for gas * price + value", "NoFunds")]
    [InlineData("InsufficientFunds, Balance is 0 less than sending value", "NoFunds")]
    [InlineData("Upfront cost exceeds account balance", "NoFunds")]
    [InlineData("txpool is full", "Later")]
    [InlineData("future transaction tries to replace pending", "Later")]
    [InlineData("NonceGap, Future nonce. Expected nonce: 5", "Later")]
    [InlineData("Transaction nonce is too distant from current sender nonce: nonce too distant", "Later")]
    [InlineData("unknown account", "NotSigned")]
    [InlineData("No Signer available", "NotSigned")]
    [InlineData("authentication needed: password or unlock", "NotSigned")]
    [InlineData("Request denied", "NotSigned")]
    [InlineData("the method eth_sendTransaction does not exist/is not available", "NotSigned", -32601)]
    [InlineData("exceeds block gas limit", "Refused")]
    [InlineData("tx fee (1.20 ether) exceeds the configured cap (1.00 ether)", "Refused")]
    [InlineData("oversized data: transaction size 131073, limit 131072", "Refused")]
    [InlineData("intrinsic gas too low", "Refused")]
    [InlineData("something that no node has said yet", "Refused")]
    public void A_nodes_words_are_understood(string words, string meaning, int code = -32000) =>
        Assert.Equal(Enum.Parse<SendAnswer>(meaning), SendAnswers.Of(ChainException.OfError("node", new(code, words, null))));

    [Fact]
    public void Silence_says_nothing() => Assert.Equal(SendAnswer.Unknown, SendAnswers.Of(new(ChainException.Timeout, "the node does not answer")));
}

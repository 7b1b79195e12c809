using LiveLedger.ChainNodes;

namespace LiveLedger.Anchoring.Transactions;

/// <summary>What a node makes of a transaction that it is sent.</summary>
internal enum SendAnswer
{
    /// <summary>It has it now.</summary>
    Taken,

    /// <summary>It had it already.</summary>
    Known,

    /// <summary>The nonce was used.</summary>
    NonceUsed,

    /// <summary>Its fees are too low, for the pool or to replace the one before.</summary>
    FeesTooLow,

    /// <summary>The account has too little.</summary>
    NoFunds,

    /// <summary>Not now: the pool is full, or lacks one before.</summary>
    Later,

    /// <summary>The node or signer does not sign for the account.</summary>
    NotSigned,

    /// <summary>It says no, and will again.</summary>
    Refused,

    /// <summary>It said nothing that counts: it may have it or not.</summary>
    Unknown,
}

/// <summary>Understands what nodes say. There are no numbers that they agree on, so it is their words that count.</summary>
internal static class SendAnswers
{
    public static SendAnswer Of(ChainException problem)
    {
        if (problem.Error is not { } error)
        {
            return SendAnswer.Unknown;
        }

        // In turn: geth and erigon, Nethermind, anvil, Besu, OpenEthereum's heirs.
        return error switch
        {
            _ when error.Says("already known", "AlreadyKnown", "already imported", "known transaction", "already in the pool") => SendAnswer.Known,
            _ when error.Says("nonce too low", "OldNonce", "nonce is too low", "nonce below") => SendAnswer.NonceUsed,
            _ when error.Says("underpriced", "could not replace", "ReplacementNotAllowed", "FeeTooLow", "less than block base fee", "below base fee", "below minimum", "fee too low",
                "gas price too low", "Gas price below") => SendAnswer.FeesTooLow,
            _ when error.Says("insufficient funds", "InsufficientFunds", "insufficient balance", "Upfront cost exceeds", "insufficient MaxFeePerGas for sender balance")
                => SendAnswer.NoFunds,
            _ when error.Says("pool is full", "NonceGap", "nonce gap", "too many pending", "future transaction", "limit of transactions", "nonce too high", "nonce too distant")
                => SendAnswer.Later,
            { Code: NodeError.MethodNotFound } => SendAnswer.NotSigned,
            _ when error.Says("unknown account", "No Signer available", "no signer", "authentication needed", "account is locked", "could not decrypt", "request denied", "method not")
                => SendAnswer.NotSigned,
            _ => SendAnswer.Refused,
        };
    }
}

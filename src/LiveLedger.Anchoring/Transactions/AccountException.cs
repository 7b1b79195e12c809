using LiveLedger.Ledger.Refusals;

namespace LiveLedger.Anchoring.Transactions;

/// <summary>What an account lacks, under a stable name.</summary>
internal sealed class AccountException(string code, string detail) : RefusedException(new(503, code, detail))
{
    /// <summary>It has too little of the chain's coin.</summary>
    public const string OutOfFunds = "chain-out-of-funds";

    /// <summary>Gas costs more than the settings allow.</summary>
    public const string FeeCeiling = "chain-fee-ceiling";

    /// <summary>Neither the node nor the signer signs for it.</summary>
    public const string NotSigned = "chain-not-signed";

    /// <summary>It would take more gas than one of its kind may.</summary>
    public const string TooMuchGas = "chain-too-much-gas";

    /// <summary>A contract has refused.</summary>
    public const string Reverted = "chain-reverted";
}

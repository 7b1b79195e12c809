using LiveLedger.Ledger.Refusals;

namespace LiveLedger.Ledger.Recovery;

/// <summary>What an order to a halted log is answered with when it cannot be carried out.</summary>
internal static class RecoveryRefusals
{
    public static Refusal NotHalted { get; } = new(409, "log-not-halted", "the log has not halted: there is nothing to resolve");

    public static Refusal Running { get; } = new(409, "recovery-running", "a recovery is running here; GET /v1/ledger/recovery shows how far it is");

    public static Refusal Elsewhere { get; } = new(409, "recovery-elsewhere", "another process leads the log or recovers it; ask that one, or stop it");

    public static Refusal Unexamined { get; } = new(409, "recovery-unexamined", "the log was not examined since the server was started: POST /v1/ledger/recovery/examination first");

    public static Refusal Possible { get; } = new(409, "recovery-possible", "nothing is lost for good: roll the database forward");

    public static Refusal Succeeded { get; } = new(409, "log-succeeded", "this log has ended already; start the server again");

    public static Refusal InvalidName { get; } = new(400, "successor-invalid", "a successor has a name of its own, with no spaces and no plus, and a reason of 1 to 1000 characters");

    /// <summary>The log cannot be brought back as it was.</summary>
    public static Refusal Impossible(string why) => new(409, "recovery-impossible", why);
}

using LiveLedger.Chain;
using LiveLedger.ChainNodes;

namespace LiveLedger.Anchoring.Transactions;

/// <summary>A transaction that an account is to make, once. It is public for ever: no personal value in it.</summary>
/// <param name="Id">Whose order it is: the command's id. The same id is the same order.</param>
/// <param name="Purpose">What kind, in kebab case, e.g. <c>checkpoint-anchor</c>.</param>
/// <param name="Subject">Of what, e.g. a stream's name.</param>
/// <param name="To">To whom; null to make a contract.</param>
/// <param name="Value">What it carries, in the coin's smallest unit.</param>
/// <param name="Data">What it says.</param>
internal sealed record TransactionOrder(Guid Id, string Purpose, string Subject, Address? To, UInt128 Value, ReadOnlyMemory<byte> Data)
{
    /// <summary>Most bytes of data; nodes take transactions of 128 KiB.</summary>
    public const int MaxData = 120 * 1024;

    /// <summary>Most characters of a purpose.</summary>
    public const int MaxPurpose = 40;

    /// <summary>Most characters of a subject.</summary>
    public const int MaxSubject = 200;

    /// <summary>Most that it carries: more than there is of any coin, and far from where sums run over.</summary>
    public static readonly UInt128 MaxValue = UInt128.One << 100;

    /// <summary>What the account orders of itself where a number was left out: nodes take none behind it.</summary>
    public const string FillerPurpose = "nonce-filler";
}

/// <summary>One way in which an order was signed: the same nonce under other fees is another transaction, and of all only one can be mined.</summary>
/// <param name="MaxFee">Most that a unit of gas may cost.</param>
/// <param name="Tip">Of which for the block's maker.</param>
/// <param name="Block">The newest block when it was prepared: it is mined behind that.</param>
/// <param name="Hash">Its hash, as soon as it is known: before it is sent if a signer of our own signs, else when the node has told it.</param>
/// <param name="Signed">Its bytes, if a signer of our own has signed.</param>
/// <param name="PreparedAt">When.</param>
internal sealed record TransactionAttempt(UInt128 MaxFee, UInt128 Tip, BlockNumber Block, TransactionHash? Hash, ReadOnlyMemory<byte> Signed, DateTimeOffset PreparedAt)
{
    /// <summary>True if a node is known to have taken it.</summary>
    public bool IsSent { get; init; }
}

/// <summary>An order that has a nonce: it was sent, or may have been.</summary>
/// <param name="Order">What for.</param>
/// <param name="Nonce">Its number.</param>
/// <param name="Gas">Most gas.</param>
/// <param name="Attempts">At least one; the newest last.</param>
internal sealed record LiveTransaction(TransactionOrder Order, ulong Nonce, ulong Gas, IReadOnlyList<TransactionAttempt> Attempts)
{
    /// <summary>The newest.</summary>
    public TransactionAttempt Newest => Attempts[^1];

    /// <summary>What it can cost at most.</summary>
    public UInt128 MostCost => Order.Value + Gas * Newest.MaxFee;

    /// <summary>True if a transaction does what was ordered.</summary>
    public bool Is(Address account, ChainTransaction other) => other.From == account && other.Nonce == Nonce
        && other.To == Order.To && other.Value == Order.Value && other.Data.AsSpan().SequenceEqual(Order.Data.Span);
}

/// <summary>A transaction that is behind us: so many blocks stand on it that it is taken for good.</summary>
/// <param name="Transaction">What it was.</param>
/// <param name="Block">In which block.</param>
/// <param name="BlockHash">And in which of those that had this height.</param>
/// <param name="Hash">Its hash.</param>
internal sealed record DoneTransaction(LiveTransaction Transaction, BlockNumber Block, BlockHash BlockHash, TransactionHash Hash);

/// <summary>An order that was not carried out, or had no effect.</summary>
/// <param name="Purpose">What kind.</param>
/// <param name="Subject">Of what.</param>
/// <param name="Code">Stable name of what stood in its way.</param>
/// <param name="Detail">A sentence about that.</param>
/// <param name="At">Since when.</param>
internal sealed record ParkedOrder(string Purpose, string Subject, string Code, string Detail, DateTimeOffset At);

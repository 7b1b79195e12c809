namespace LiveLedger.ChainNodes;

/// <summary>What a chain's node did not do, under a stable name. No other exception leaves this room but the caller's own cancellation.</summary>
internal sealed class ChainException : Exception
{
    /// <summary>No connection, or one that broke, or an answer that is none of a node's.</summary>
    public const string Unreachable = "chain-unreachable";

    /// <summary>It was asked and said nothing in time.</summary>
    public const string Timeout = "chain-timeout";

    /// <summary>It is a node of another chain.</summary>
    public const string WrongId = "chain-wrong-id";

    /// <summary>It answers, and what it says cannot be.</summary>
    public const string Malformed = "chain-answer-malformed";

    /// <summary>It answers, and says no: <see cref="Error"/> holds its words.</summary>
    public const string Refused = "chain-refused";

    /// <summary>It answers, and the contracts that are named to us are none that belong together.</summary>
    public const string ContractsUnfit = "chain-contracts-unfit";

    public ChainException(string code, string detail, Exception? inner = null)
        : base(detail, inner) => Code = code;

    private ChainException(string detail, NodeError error)
        : base(detail) => (Code, Error) = (Refused, error);

    /// <summary>The stable name.</summary>
    public string Code { get; }

    /// <summary>One sentence for people, without what opens a node.</summary>
    public string Detail => Message;

    /// <summary>What the node said, if it said no.</summary>
    public NodeError? Error { get; }

    /// <summary>True if another node, or the same one later, may do it.</summary>
    public bool OfTheNode => Code != Refused;

    /// <summary>True if nothing of the question can have reached the node.</summary>
    public bool NotAsked { get; init; }

    /// <summary>How long the node wants to be left alone, if it said.</summary>
    public TimeSpan? Rest { get; init; }

    /// <summary>True if the answer, or what it would have held, is too large: less may be asked for.</summary>
    public bool TooLarge { get; init; }

    /// <summary>A node's no.</summary>
    public static ChainException OfError(string node, NodeError error) => new($"the node {node} refuses ({error.Code}): {error.Message}", error);

    /// <summary>An answer that cannot be.</summary>
    public static ChainException OfAnswer(string what) => new(Malformed, what);

    /// <summary>It does not have yet what others have: later, or elsewhere, it is there.</summary>
    public static ChainException Behind(string what) => new(Unreachable, $"the node is behind: {what}");
}

/// <summary>A node's no (JSON-RPC 2.0 §5.1).</summary>
/// <param name="Code">Its number; nodes do not agree on them.</param>
/// <param name="Message">Its words: printable, at most 200 characters.</param>
/// <param name="Data">What a contract reverted with, if that was it.</param>
internal sealed record NodeError(int Code, string Message, byte[]? Data)
{
    public const int MaxMessage = 200;
    public const int MethodNotFound = -32601;

    /// <summary>True if it is a contract that says no, in words of its own, which are not the node's. 3 is geth's number for it; others have the data, or the word.</summary>
    public bool IsRevert => Code == 3 || Data is { Length: > 0 } || Says("revert");

    /// <summary>True if the machine ended the call without a word of the contract's: it would again.</summary>
    public bool IsHalt => Says("gas required exceeds", "out of gas", "OutOfGas", "invalid opcode", "InvalidFEOpcode", "OpcodeNotFound", "invalid jump", "InvalidJump", "BadInstruction", "bad instruction");

    /// <summary>True if the words hold one of these, in whatever case.</summary>
    public bool Says(params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (Message.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}

namespace LiveLedger.LedgerNode;

/// <summary>What a node is told at its start, as JSON in its one argument.</summary>
public sealed record NodeSettings
{
    /// <summary>Npgsql connection string.</summary>
    public required string Database { get; init; }

    /// <summary>The file of the last checkpoint, which all nodes of a log share.</summary>
    public required string CheckpointFile { get; init; }

    /// <summary>The folder of the journal, which all nodes of a log share too.</summary>
    public required string JournalFolder { get; init; }

    /// <summary>The log's name.</summary>
    public required string Origin { get; init; }

    /// <summary>Seed of the log's key in hexadecimal.</summary>
    public required string LogKey { get; init; }

    /// <summary>Where to listen.</summary>
    public required string Url { get; init; }

    /// <summary>Text of a tlog-policy; null for no witnesses.</summary>
    public string? WitnessPolicy { get; init; }

    /// <summary>Name of the step to fail at; null for none.</summary>
    public string? FailAt { get; init; }

    /// <summary>Which arrival there fails first, counting from 1.</summary>
    public int FailFirst { get; init; } = 1;

    /// <summary>How many arrivals fail, one after the other.</summary>
    public int FailTimes { get; init; } = 1;

    /// <summary>True: by kill -9 of itself. False: by an exception, as a failing disk or connection makes it.</summary>
    public bool FailDead { get; init; }
}

/// <summary>What a node says of itself.</summary>
public sealed record NodeState(bool Open, bool Leader, string? Halted, int Arrivals);

/// <summary>Events to append to one stream.</summary>
public sealed record AppendOrder(string Stream, Guid[] Ids);

/// <summary>What an append came to: the stream's version at the last of the events, and the place of each in the log.</summary>
public sealed record AppendReceipt(long Version, ulong[] Indexes);

namespace LiveLedger.Cli.Demo;

/// <summary>What was asked of the demo.</summary>
internal sealed record DemoTerms
{
    /// <summary>A file to loop, or null for the generated picture.</summary>
    internal required string? Source { get; init; }

    /// <summary>Seconds of stream, or null for as long as it is let.</summary>
    internal required int? Seconds { get; init; }

    internal required int Port { get; init; }

    /// <summary><c>cbcs</c> or <c>cenc</c>.</summary>
    internal required string Scheme { get; init; }

    /// <summary>Folder of keys, recordings and database; the identity key too.</summary>
    internal required string Data { get; init; }

    internal required string? Database { get; init; }

    /// <summary>A running server to use, or null to start one.</summary>
    internal required Uri? Server { get; init; }

    /// <summary>Operator's token for <see cref="Server"/>.</summary>
    internal required string? TokenFile { get; init; }
}

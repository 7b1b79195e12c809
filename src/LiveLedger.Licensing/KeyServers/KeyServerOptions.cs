namespace LiveLedger.Licensing.KeyServers;

/// <summary>A commercial key server that new broadcasts take their content keys from, over SPEKE 2.0.</summary>
public sealed record KeyServerOptions
{
    /// <summary>Where it is asked.</summary>
    public required Uri Url { get; init; }

    /// <summary>A file of header lines, <c>Name: value</c>, its owner's only: what the server knows us by. Read at each request; null for none.</summary>
    public string? HeadersFile { get; init; }

    /// <summary>What the server calls a broadcast; <c>{broadcast}</c> stands for our id.</summary>
    public string ContentId { get; init; } = "{broadcast}";
}

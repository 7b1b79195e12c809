namespace LiveLedger.Ledger.Embedded;

/// <summary>Where the embedded PostgreSQL lives.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>Folder with <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>; see <see cref="PostgresBinaries.Locate"/>.</summary>
    public required string BinariesDirectory { get; init; }

    /// <summary>Folder of the cluster, its socket and its log. Made if absent; afterwards it belongs to the user the server runs as.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The server's <c>max_connections</c>.</summary>
    public int MaxConnections { get; init; } = 100;

    /// <summary>How long a start or a stop may take. A start after a crash replays the write-ahead log first.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);
}

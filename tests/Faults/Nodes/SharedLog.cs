using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.LedgerNode;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Faults.Nodes;

/// <summary>What the nodes of one log share: the database, the checkpoint file, name and key.</summary>
internal sealed class SharedLog
{
    private const string Origin = "faults.example/log";

    private readonly string _folder;
    private readonly string _seed = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(Ed25519PrivateKey.SeedLength));

    private SharedLog(string database, string folder)
    {
        (Database, _folder) = (database, folder);
        using var key = Ed25519PrivateKey.FromSeed(Convert.FromHexString(_seed));
        Key = VerifierKey.Of(Origin, key.PublicKey);
    }

    public string Database { get; }

    /// <summary>What an outsider knows of the log beforehand.</summary>
    public VerifierKey Key { get; }

    /// <summary>Its witness: an outsider that forgets nothing; null for none.</summary>
    public TestWitness? Witness { get; init; }

    public static async Task<SharedLog> NewAsync(TestWitness? witness = null)
    {
        var cluster = await PostgresCluster.SharedAsync();
        return On(await cluster.CreateDatabaseAsync(), cluster.NewFolder(), witness);
    }

    public static SharedLog On(string database, string folder, TestWitness? witness) => new(database, folder) { Witness = witness };

    /// <summary>What a new node of this log is told; <paramref name="database"/> if it reaches the database by another way.</summary>
    public NodeSettings Settings(string? database = null) => new()
    {
        Database = database ?? Database,
        CheckpointFile = Path.Combine(_folder, "checkpoint"),
        JournalFolder = Path.Combine(_folder, "journal"),
        Origin = Origin,
        LogKey = _seed,
        Url = NodeProcess.FreeUrl(),
        WitnessPolicy = Witness is null ? null : $"witness w0 {Witness.Key} {Witness.Address}\nquorum none\n",
    };

    /// <summary>A node that is open, or has halted.</summary>
    public async Task<NodeProcess> StartAsync(string? database = null)
    {
        var node = new NodeProcess(Settings(database));
        await node.StartAsync();
        return node;
    }
}

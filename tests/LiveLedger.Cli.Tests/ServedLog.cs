using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli;

/// <summary>A log of given entries at its C2SP addresses; what is put into <see cref="Files"/> afterwards is its lie.</summary>
internal sealed class ServedLog : IDisposable
{
    internal const string Origin = "test.example/log";

    private readonly TestOrigin _server = new();
    private readonly Ed25519PrivateKey _key = Ed25519PrivateKey.Generate();

    internal Uri Address => _server.Address;

    internal Dictionary<string, byte[]> Files
    {
        get => _server.Files;
        set => _server.Files = value;
    }

    /// <inheritdoc cref="TestOrigin.Asked"/>
    internal Action<string> Asked { set => _server.Asked = value; }

    internal VerifierKey Key => new NoteSigner(Origin, _key).VerifierKey;

    /// <summary>Serves these entries and nothing else.</summary>
    /// <returns>The tree they make.</returns>
    internal TreeHead Serve(List<ReadOnlyMemory<byte>> entries)
    {
        var files = new Dictionary<string, byte[]>();
        var tree = new CompactRange();
        List<List<Bytes32>> levels = [[]];
        foreach (var entry in entries)
        {
            levels[0].Add(LeafHash.Of(entry.Span).Value);
            tree.Append(LeafHash.Of(entry.Span));
        }

        foreach (var path in TileCover.HashTiles(tree.Size))
        {
            if (levels.Count == path.Level)
            {
                levels.Add([.. levels[^1].Chunk(TilePath.FullWidth).Where(static t => t.Length == TilePath.FullWidth).Select(static t => HashTile.Above(t))]);
            }

            files[$"/log/{path}"] = HashTile.Format([.. levels[path.Level!.Value].Skip((int)path.Index * TilePath.FullWidth).Take(path.Width)]);
        }

        for (var first = 0; first < entries.Count; first += TilePath.FullWidth)
        {
            var some = entries.Skip(first).Take(TilePath.FullWidth).ToList();
            files[$"/log/{TilePath.Entries((ulong)first / TilePath.FullWidth, some.Count)}"] = EntryBundle.Format(some);
        }

        files["/log/key"] = Encoding.UTF8.GetBytes($"{Key}\n");
        files["/log/checkpoint"] = Sign(tree.Head);
        Files = files;
        return tree.Head;
    }

    internal byte[] Sign(TreeHead head) => new Checkpoint(Origin, head).Sign(new NoteSigner(Origin, _key)).ToBytes();

    internal static List<ReadOnlyMemory<byte>> Entries(int count) => [.. Enumerable.Range(0, count).Select(static i => Entry(i, "event"))];

    internal static ReadOnlyMemory<byte> Entry(int version, string type) => new LedgerEntry
    {
        EventId = new Guid(version, 0, 0, new byte[8]),
        Stream = "test/1",
        StreamVersion = (ulong)version,
        Type = type,
        Schema = 1,
        RecordedAt = DateTimeOffset.UnixEpoch.AddSeconds(version),
        Actor = "system",
        Payload = default,
    }.Encode();

    public void Dispose()
    {
        _server.Dispose();
        _key.Dispose();
    }
}

using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Checkpointing;

/// <summary>The hash of a full tile, as the level above holds it.</summary>
internal readonly record struct TileNode(int Level, ulong Index, Bytes32 Hash);

/// <summary>The growing tree in memory: its right edge, and the unfinished tile of each level. Not thread-safe.</summary>
internal sealed class LogTree
{
    private readonly CompactRange _range = new();
    private readonly List<List<Bytes32>> _unfinished = [];
    private readonly List<TileNode> _finished = [];

    public TreeHead Head => _range.Head;

    public ulong Size => _range.Size.Value;

    public void Append(LeafHash leaf)
    {
        var index = _range.Append(leaf).Value;
        var hash = leaf.Value;
        for (var level = 0; ; level++)
        {
            if (_unfinished.Count == level)
            {
                _unfinished.Add(new(TilePath.FullWidth));
            }

            var tile = _unfinished[level];
            tile.Add(hash);
            if (tile.Count < TilePath.FullWidth)
            {
                return;
            }

            // tlog-tiles: only a full tile is hashed upward.
            hash = HashTile.Above(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(tile));
            tile.Clear();
            index /= TilePath.FullWidth;
            _finished.Add(new(level + 1, index, hash));
        }
    }

    /// <summary>The tile hashes completed since the last call, to be stored before a checkpoint covers them.</summary>
    public IReadOnlyList<TileNode> TakeFinished()
    {
        var taken = _finished.ToArray();
        _finished.Clear();
        return taken;
    }
}

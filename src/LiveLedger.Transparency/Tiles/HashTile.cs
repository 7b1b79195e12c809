using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Rfc6962;

namespace LiveLedger.Transparency.Tiles;

/// <summary>The bytes of a hash tile: 1 to 256 hashes of 32 bytes.</summary>
public static class HashTile
{
    /// <summary>Writes hashes one after another.</summary>
    public static byte[] Format(ReadOnlySpan<Bytes32> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(hashes.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hashes.Length, TilePath.FullWidth);
        var tile = new byte[hashes.Length * Bytes32.Length];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i].CopyTo(tile.AsSpan(i * Bytes32.Length));
        }

        return tile;
    }

    /// <summary>Takes a tile from outside; false if it does not hold just <paramref name="width"/> hashes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> tile, int width, out Bytes32[] hashes)
    {
        hashes = [];
        if (width is < 1 or > TilePath.FullWidth || tile.Length != width * Bytes32.Length)
        {
            return false;
        }

        hashes = new Bytes32[width];
        for (var i = 0; i < width; i++)
        {
            hashes[i] = new(tile.Slice(i * Bytes32.Length, Bytes32.Length));
        }

        return true;
    }

    /// <summary>The hash a full tile has in the tile above it. A partial tile has none (tlog-tiles: it must not be hashed upward).</summary>
    public static Bytes32 Above(ReadOnlySpan<Bytes32> full) => full.Length == TilePath.FullWidth
        ? MerkleHash.Root(full)
        : throw new ArgumentException("only a full tile has a hash above it", nameof(full));
}

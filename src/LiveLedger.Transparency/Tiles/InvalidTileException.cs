namespace LiveLedger.Transparency.Tiles;

/// <summary>A tile is not what its path says.</summary>
public sealed class InvalidTileException(TilePath path) : Exception($"{path} does not hold {path.Width} hashes")
{
    /// <summary>Which.</summary>
    public TilePath Path { get; } = path;
}

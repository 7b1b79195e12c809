using System.Text;
using LiveLedger.Transparency.Tiles;

namespace LiveLedger.Fuzz.Targets;

/// <summary>Tile paths, which come straight out of URLs: one tile has one path.</summary>
internal static class TilePathTarget
{
    public static FuzzTarget Create() => new("tile-path",
        ["tile/0/x001/x234/067.p/12"u8.ToArray(), "tile/entries/x036/x028/x797/x018/x963/967"u8.ToArray(), "tile/63/000.p/255"u8.ToArray()],
        static input =>
        {
            var text = Encoding.UTF8.GetString(input);
            if (TilePath.TryParse(text, out var path) && path.ToString() != text)
            {
                throw new FuzzException("a tile has two paths");
            }
        });
}

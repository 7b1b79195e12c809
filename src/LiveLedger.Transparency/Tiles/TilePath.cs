using System.Globalization;
using System.Text;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Tiles;

/// <summary>Names a tile as tlog-tiles does: <c>tile/L/N[.p/W]</c> for hashes, <c>tile/entries/N[.p/W]</c> for entries.</summary>
public readonly record struct TilePath
{
    /// <summary>Hashes or entries in a full tile.</summary>
    public const int FullWidth = 256;

    /// <summary>Highest tile level of the specification. Trees we accept have tiles on levels 0 to 7.</summary>
    public const int MaxLevel = 63;

    // <N> in groups of three digits: 2^55 tiles, more than a tree of 2^63 leaves has, are 6 groups.
    private const int MaxTextLength = 64;
    private const ulong MaxIndex = TreeSize.Max / FullWidth;

    private TilePath(int? level, ulong index, int width) => (Level, Index, Width) = (level, index, width);

    /// <summary>Level of a hash tile; null for an entry bundle.</summary>
    public int? Level { get; }

    /// <summary>True for an entry bundle.</summary>
    public bool IsEntries => Level is null;

    /// <summary>Place of the tile in its level.</summary>
    public ulong Index { get; }

    /// <summary>Hashes or entries in the tile, 1 to 256; below 256 it is partial.</summary>
    public int Width { get; }

    /// <summary>The path of a hash tile.</summary>
    public static TilePath Hashes(int level, ulong index, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MaxLevel);
        return new(level, Checked(index), Checked(width));
    }

    /// <summary>The path of an entry bundle.</summary>
    public static TilePath Entries(ulong index, int width) => new(null, Checked(index), Checked(width));

    /// <summary>Takes a path relative to the log's prefix from outside; only the one canonical spelling is taken.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TilePath path)
    {
        path = default;
        if (text.Length > MaxTextLength || !text.StartsWith("tile/"))
        {
            return false;
        }

        var rest = text["tile/".Length..];
        var slash = rest.IndexOf('/');
        if (slash < 0 || !TryReadLevel(rest[..slash], out var level))
        {
            return false;
        }

        rest = rest[(slash + 1)..];
        var width = FullWidth;
        if (rest.IndexOf(".p/") is var partial and >= 0)
        {
            if (!TryReadNumber(rest[(partial + 3)..], FullWidth - 1, out var w) || w == 0)
            {
                return false;
            }

            width = (int)w;
            rest = rest[..partial];
        }

        var index = 0UL;
        foreach (var range in rest.Split('/'))
        {
            var group = rest[range];
            group = group.StartsWith("x") ? group[1..] : group;
            if (group.Length != 3 || group.ContainsAnyExceptInRange('0', '9') || index > MaxIndex / 1000)
            {
                return false;
            }

            index = index * 1000 + ulong.Parse(group, CultureInfo.InvariantCulture);
        }

        if (index > MaxIndex)
        {
            return false;
        }

        // Misplaced x and needless groups fall to this: what was read must be what we would write.
        var read = new TilePath(level, index, width);
        if (!text.SequenceEqual(read.ToString()))
        {
            return false;
        }

        path = read;
        return true;
    }

    /// <summary>The path relative to the log's prefix, e.g. <c>tile/0/x001/x234/067.p/12</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder((Index % 1000).ToString("000", CultureInfo.InvariantCulture));
        for (var rest = Index / 1000; rest > 0; rest /= 1000)
        {
            text.Insert(0, string.Create(CultureInfo.InvariantCulture, $"x{rest % 1000:000}/"));
        }

        text.Insert(0, Level is { } level ? string.Create(CultureInfo.InvariantCulture, $"tile/{level}/") : "tile/entries/");
        return Width == FullWidth ? text.ToString() : text.Append(CultureInfo.InvariantCulture, $".p/{Width}").ToString();
    }

    private static bool TryReadLevel(ReadOnlySpan<char> text, out int? level)
    {
        level = null;
        if (text is "entries")
        {
            return true;
        }

        var read = TryReadNumber(text, MaxLevel, out var value);
        level = (int)value;
        return read;
    }

    private static bool TryReadNumber(ReadOnlySpan<char> text, ulong max, out ulong value)
    {
        var read = TreeSize.TryParse(text, out var number) && number.Value <= max;
        value = read ? number.Value : 0;
        return read;
    }

    private static ulong Checked(ulong index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, MaxIndex);
        return index;
    }

    private static int Checked(int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, FullWidth);
        return width;
    }
}

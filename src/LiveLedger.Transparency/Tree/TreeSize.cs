using System.Globalization;

namespace LiveLedger.Transparency.Tree;

/// <summary>Number of leaves of a tree.</summary>
public readonly record struct TreeSize(ulong Value) : IComparable<TreeSize>
{
    /// <summary>The bound of every size from outside: what a signed 64-bit column can hold.</summary>
    public const ulong Max = long.MaxValue;

    private const int MaxDigits = 19;

    /// <summary>True if a tree of this size has a leaf at <paramref name="index"/>.</summary>
    public bool Holds(LedgerIndex index) => index.Value < Value;

    /// <summary>Takes plain decimal from outside: no sign, no leading zero (tlog-checkpoint), at most <see cref="Max"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TreeSize size)
    {
        size = default;
        if (text.Length is 0 or > MaxDigits || (text[0] == '0' && text.Length > 1) || text.ContainsAnyExceptInRange('0', '9')
            || !ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value > Max)
        {
            return false;
        }

        size = new(value);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(TreeSize other) => Value.CompareTo(other.Value);

    /// <summary>Plain decimal.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

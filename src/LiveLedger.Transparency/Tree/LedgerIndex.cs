using System.Globalization;

namespace LiveLedger.Transparency.Tree;

/// <summary>Position of an event in the ledger and of its leaf in the tree: contiguous from 0, assigned once, never reused.</summary>
public readonly record struct LedgerIndex(ulong Value) : IComparable<LedgerIndex>
{
    /// <summary>Size of the smallest tree that holds this leaf.</summary>
    public TreeSize SizeToHold => new(Value + 1);

    /// <summary>Takes plain decimal from outside: no sign, no leading zero, below 2^63.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out LedgerIndex index)
    {
        var parsed = TreeSize.TryParse(text, out var size);
        index = new(size.Value);
        return parsed;
    }

    /// <inheritdoc/>
    public int CompareTo(LedgerIndex other) => Value.CompareTo(other.Value);

    /// <summary>Plain decimal.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

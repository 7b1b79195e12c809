using System.Numerics;

namespace LiveLedger.Transparency.Tree;

/// <summary>Where RFC 6962 §2.1 divides a tree.</summary>
internal static class TreeShape
{
    /// <summary>The largest power of two smaller than <paramref name="count"/>, which is at least 2.</summary>
    internal static ulong SplitOf(ulong count) => 1UL << BitOperations.Log2(count - 1);
}

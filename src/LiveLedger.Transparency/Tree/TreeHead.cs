namespace LiveLedger.Transparency.Tree;

/// <summary>All that has to be agreed on to agree on every leaf: the size of a tree and its root.</summary>
public readonly record struct TreeHead(TreeSize Size, RootHash Root)
{
    /// <summary>The tree without leaves.</summary>
    public static TreeHead Empty { get; } = new(new(0), RootHash.Empty);
}

namespace LiveLedger.Transparency.Policies;

/// <summary>What a quorum is made of: witnesses and groups in the order of their definition, so that each group comes after its members.</summary>
/// <param name="nodes">Witnesses and groups.</param>
/// <param name="quorum">The one that has to be reached; null for none.</param>
internal sealed class QuorumRule(IReadOnlyList<QuorumRule.Node> nodes, int? quorum)
{
    /// <summary>A group has members and how many of them it needs; a witness has its number and none.</summary>
    internal readonly record struct Node(int Witness, int Threshold, int[] Members);

    internal bool IsNone => quorum is null;

    internal IReadOnlyList<Node> Nodes => nodes;

    internal int? Quorum => quorum;

    internal bool IsReachedBy(Func<int, bool> cosigned)
    {
        if (quorum is not { } wanted)
        {
            return true;
        }

        // In order, so no recursion: however deep a policy nests its groups, the stack does not grow.
        var reached = new bool[nodes.Count];
        for (var i = 0; i <= wanted; i++)
        {
            var node = nodes[i];
            reached[i] = node.Members.Length == 0 ? cosigned(node.Witness) : node.Members.Count(m => reached[m]) >= node.Threshold;
        }

        return reached[wanted];
    }
}

using System.Globalization;
using System.Text;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Transparency.Policies;

/// <summary>Writes a policy down again: what it trusts, without addresses and comments, one text for each.</summary>
internal static class TrustPolicyText
{
    internal static string Of(VerifierKey log, IReadOnlyList<PolicyWitness> witnesses, QuorumRule rule)
    {
        // Names are octets, and shown as text two may look alike; then numbers tell them apart.
        var own = witnesses.Select(static w => w.Name).Distinct(StringComparer.Ordinal).Count() == witnesses.Count;
        var names = witnesses.Select((w, i) => own ? w.Name : Numbered("w", i)).ToArray();
        var group = "g";
        while (names.Any(n => n.StartsWith(group, StringComparison.Ordinal)))
        {
            group += "g";
        }

        var text = new StringBuilder($"log {log}\n");
        var defined = new List<string>();
        foreach (var node in rule.Nodes)
        {
            if (node.Members.Length == 0)
            {
                defined.Add(names[node.Witness]);
                text.Append(CultureInfo.InvariantCulture, $"witness {names[node.Witness]} {witnesses[node.Witness].Key}\n");
                continue;
            }

            var name = Numbered(group, defined.Count);
            text.Append(CultureInfo.InvariantCulture, $"group {name} {node.Threshold} {string.Join(' ', node.Members.Select(m => defined[m]))}\n");
            defined.Add(name);
        }

        return text.Append(CultureInfo.InvariantCulture, $"quorum {(rule.Quorum is { } quorum ? defined[quorum] : "none")}\n").ToString();
    }

    private static string Numbered(string prefix, int number) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{number}");
}

using System.Text.Json;
using LiveLedger.Cli.Audit;
using LiveLedger.Transparency.Bundles;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;

namespace LiveLedger.Cli.Bundles;

/// <summary>The verdict on a bundle: what was shown, what was taken on trust, and what no bundle can show.</summary>
internal static class BundleAudit
{
    internal static AuditVerdict Judge(Stream archive, VerifierKey? trusted, TrustPolicy? policy, Action<ulong, ulong> progress)
    {
        var (fault, bundle, entries) = BundleVerification.Of(archive, trusted, policy, null, progress);
        if (fault is not null)
        {
            return new(false, fault.Detail, [$"refused: {NameOf(fault.Kind)}"], new Dictionary<string, object?> { ["refused"] = NameOf(fault.Kind) });
        }

        var (key, head, contents) = (bundle!.Key, bundle.Head, bundle.Contents);
        var streams = contents.Streams.Count;
        return new(true, $"{entries} entries of broadcast {contents.Broadcast} are in the signed tree of size {head.Size}, with their payloads",
            [
                $"{streams} {(streams == 1 ? "stream" : "streams")}, each whole from version 0 to the head that the bundle names",
                trusted is not null ? $"key {key}, as you gave it"
                    : policy is { Logs.Count: > 0 } ? $"key {key}, which your policy lists"
                    : $"key {key}, from the bundle itself: nobody vouches for it (give --key or --policy)",
                Witnessed(bundle, policy),
                $"root {head.Root}",
                "not shown: that no whole stream was left out, or that a head was not named too low; the log itself shows that (audit fsck)",
            ],
            new Dictionary<string, object?>
            {
                ["broadcast"] = contents.Broadcast,
                ["entries"] = entries,
                ["streams"] = streams,
                ["size"] = head.Size.Value,
                ["root"] = head.Root.ToString(),
                ["key"] = key.ToString(),
                ["keyFrom"] = trusted is not null ? "reader" : policy is { Logs.Count: > 0 } ? "policy" : "bundle",
                ["policyFrom"] = policy is null ? "bundle" : "reader",
                ["cosigned"] = bundle.Cosigned.Cosigned.Select(static c => new { c.Witness.Name, c.Time }),
            });
    }

    /// <summary>The stable name of a refusal.</summary>
    internal static string NameOf(BundleFaultKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());

    private static string Witnessed(OfflineBundle bundle, TrustPolicy? policy)
    {
        var names = PolicyFile.Cosigners(bundle.Cosigned) is { Length: > 0 } some ? $"cosigned by {some}" : "cosigned by nobody";
        return policy is null
            ? $"{names}, by the bundle's own policy ({(bundle.OwnPolicy.RequiresWitnesses ? "its quorum is reached" : "no quorum")}): give --policy for one of yours"
            : $"{names}: good by your policy{(policy.RequiresWitnesses ? "" : ", which asks for no quorum")}";
    }
}

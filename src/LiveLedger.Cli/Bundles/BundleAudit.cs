using System.Text.Json;
using LiveLedger.Cli.Audit;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Records;
using LiveLedger.Transparency.Bundles;
using LiveLedger.Transparency.Policies;

namespace LiveLedger.Cli.Bundles;

/// <summary>The verdict on a bundle: what was shown, what was taken on trust, and what no bundle can show.</summary>
internal static class BundleAudit
{
    /// <summary>Judges a bundle.</summary>
    /// <param name="archive">The archive; it can be read at any place.</param>
    /// <param name="trust">The log that is trusted, and whose cosignatures are enough.</param>
    /// <param name="identity">The broadcaster's identity that is trusted; null for any.</param>
    /// <param name="progress">Is told how much of how much is done.</param>
    /// <param name="broadcast">The broadcast that was asked for; null for any.</param>
    /// <param name="demand">What is asked of its anchors; null for nothing but that they hold.</param>
    internal static AuditVerdict Judge(
        Stream archive, Trust trust, Ed25519PublicKey? identity, Action<ulong, ulong> progress, string? broadcast = null, AnchorDemand? demand = null)
    {
        var (trusted, policy) = trust;
        LoggedRecords? records = null;
        BundledAnchors anchors = null!;
        var (fault, bundle, entries) = BundleVerification.Of(archive, trusted, policy, opened =>
        {
            records = BroadcastId.TryParse(opened.Contents.Broadcast, out var id) ? new(id, identity) : null;
            anchors = new(opened, demand ?? AnchorDemand.None);
            return (index, entry, payload) =>
            {
                anchors.Take(index);
                records?.Take(entry, payload);
            };
        }, progress);
        if (fault is not null)
        {
            return Refused(NameOf(fault.Kind), fault.Detail);
        }

        // Good for another broadcast: whoever hands over the wrong one must not be told OK.
        if (broadcast is not null && bundle!.Contents.Broadcast != broadcast)
        {
            return Refused("broadcast-mismatch", $"the bundle is of broadcast {bundle.Contents.Broadcast}, and not of {broadcast}");
        }

        records?.End();
        if (records?.Fault is { } lie)
        {
            return Refused("record-refused", lie);
        }

        if (identity is not null && records?.Identity is null)
        {
            return Refused("identity-missing", "no identity has certified this broadcast's signer");
        }

        if (anchors.Check() is var (name, why))
        {
            return Refused(name, why);
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
                .. SaidOf(records, identity),
                $"root {head.Root}",
                .. anchors.Lines(entries),
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
                ["identity"] = records?.Identity is { } by ? IdentityText.Format(by) : null,
                ["records"] = records?.Count ?? 0,
                ["anchors"] = anchors.Facts(),
                ["cosigned"] = bundle.Cosigned.Cosigned.Select(static c => new { c.Witness.Name, c.Time }),
            });
    }

    /// <summary>The stable name of a refusal.</summary>
    internal static string NameOf(BundleFaultKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());

    private static AuditVerdict Refused(string name, string detail) =>
        new(false, detail, [$"refused: {name}"], new Dictionary<string, object?> { ["refused"] = name });

    private static IEnumerable<string> SaidOf(LoggedRecords? records, Ed25519PublicKey? pinned)
    {
        if (records is not { Identity: { } identity })
        {
            yield break;
        }

        yield return $"identity {IdentityText.Format(identity)}{(pinned is null ? " (not pinned: give --identity to demand one)" : " (pinned)")}";
        yield return $"{records.Count} segment records in {records.Tracks} tracks, each signed under it and following the one before, "
            + (!records.HasEnded ? "and the broadcast had not ended"
                : records.Missing == 0 ? "as many as the broadcast ended with"
                : $"and {records.Missing} of those that the broadcast ended with are not among them");
    }

    private static string Witnessed(OfflineBundle bundle, TrustPolicy? policy)
    {
        var names = PolicyFile.Cosigners(bundle.Cosigned) is { Length: > 0 } some ? $"cosigned by {some}" : "cosigned by nobody";
        return policy is null
            ? $"{names}, by the bundle's own policy ({(bundle.OwnPolicy.RequiresWitnesses ? "its quorum is reached" : "no quorum")}): give --policy for one of yours"
            : $"{names}: good by your policy{(policy.RequiresWitnesses ? "" : ", which asks for no quorum")}";
    }
}

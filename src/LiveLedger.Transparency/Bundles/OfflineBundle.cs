using System.Text;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Bundles;

/// <summary>A bundle whose small files have been read and hold: who signed which tree, and which streams are promised. Its entries are for <see cref="BundleCheck"/>.</summary>
/// <param name="Key">The log's key.</param>
/// <param name="Head">The signed tree.</param>
/// <param name="Cosigned">By the policy that was asked: the reader's own, or else the bundle's.</param>
/// <param name="OwnPolicy">The bundle's policy.</param>
/// <param name="Contents">The broadcast and its streams.</param>
/// <param name="Anchors">Trees that are said to be anchored, and that this one extends; nothing is known yet of their receipts.</param>
public sealed record OfflineBundle(VerifierKey Key, TreeHead Head, PolicyVerdict Cosigned, TrustPolicy OwnPolicy, BundleContents Contents, IReadOnlyList<BundleAnchor> Anchors)
{
    /// <summary>Reads the small files, from outside.</summary>
    /// <param name="file">Gives the bytes of a file of <see cref="BundleFiles"/>.</param>
    /// <param name="trusted">The log's key, if the reader has one.</param>
    /// <param name="policy">The reader's policy, if there is one.</param>
    /// <param name="bundle">The bundle, if the result is null.</param>
    /// <param name="anchored">True if the archive has a file of anchors.</param>
    /// <returns>Why it is refused, or null.</returns>
    public static BundleFault? TryOpen(Func<string, byte[]> file, VerifierKey? trusted, TrustPolicy? policy, out OfflineBundle? bundle, bool anchored = false)
    {
        bundle = null;
        if (!file(BundleFiles.Readme).AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(anchored ? BundleReadme.TextWithAnchors : BundleReadme.Text)))
        {
            return new(BundleFaultKind.ReadmeAltered, $"README.txt is not that of this format {(anchored ? "with" : "without")} anchors");
        }

        var line = file(BundleFiles.Key);
        if (line is not [.., (byte)'\n'] || !VerifierKey.TryParse(Encoding.UTF8.GetString(line.AsSpan(..^1)), out var key))
        {
            return new(BundleFaultKind.KeyMalformed, "log.vkey holds no Ed25519 vkey");
        }

        if (trusted is not null && trusted != key)
        {
            return new(BundleFaultKind.KeyNotTrusted, $"the bundle is of another log: {key}");
        }

        var note = file(BundleFiles.Checkpoint);
        var opened = Checkpoint.Open(note, key, out var checkpoint);
        if (opened != CheckpointResult.Valid)
        {
            return new(BundleFaultKind.CheckpointRefused, $"the checkpoint does not open with {key}: {opened}");
        }

        var text = file(BundleFiles.Policy);
        if (!TrustPolicy.TryParse(text, out var own, out _) || own.Logs is not [var log] || log.Key != key || !text.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(own.ToText(key))))
        {
            return new(BundleFaultKind.PolicyMalformed, "policy is not as a log writes it, about this log");
        }

        var verdict = own.Check(note, key);
        if (verdict.Result != PolicyResult.Satisfied)
        {
            return new(BundleFaultKind.PolicyNotMet, $"the checkpoint is not good by the bundle's own policy: {verdict.Result}");
        }

        verdict = policy?.Check(note, key) ?? verdict;
        if (verdict.Result != PolicyResult.Satisfied)
        {
            return new(BundleFaultKind.PolicyNotMet, $"the checkpoint is not good by your policy: {verdict.Result}");
        }

        if (!BundleContents.TryParse(file(BundleFiles.Contents), out var contents))
        {
            return new(BundleFaultKind.ContentsMalformed, "contents is no list of streams");
        }

        IReadOnlyList<BundleAnchor> anchors = [];
        if (anchored && OpenAnchors(file(BundleFiles.Anchors), checkpoint!.Head, out anchors) is { } fault)
        {
            return fault;
        }

        bundle = new(key, checkpoint!.Head, verdict, own, contents, anchors);
        return null;
    }

    private static BundleFault? OpenAnchors(byte[] file, TreeHead head, out IReadOnlyList<BundleAnchor> anchors)
    {
        if (!BundleAnchors.TryParse(file, head.Size, out anchors))
        {
            return new(BundleFaultKind.AnchorsMalformed, "anchors is no list of anchored trees, the largest first");
        }

        foreach (var (anchored, _, growth) in anchors)
        {
            if (growth.Verify(anchored.Root, head.Root) is not ProofResult.Valid and var result)
            {
                return new(BundleFaultKind.AnchorNotExtended, $"the signed tree of size {head.Size} is not shown to extend the anchored one of size {anchored.Size}: {result}");
            }
        }

        return null;
    }
}

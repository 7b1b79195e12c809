using System.Text.Json;
using LiveLedger.Transparency.Bundles;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;

namespace LiveLedger.Cli.Bundles;

/// <summary>Checks a bundle from its first byte to its last, with no network and nothing but what the reader trusts.</summary>
/// <param name="Fault">Why it is refused, or null.</param>
/// <param name="Bundle">The bundle, if it is not refused.</param>
/// <param name="Entries">How many entries it has.</param>
internal sealed record BundleVerification(BundleFault? Fault, OfflineBundle? Bundle, ulong Entries)
{
    /// <summary>Checks an archive.</summary>
    /// <param name="archive">The archive; it can be read at any place.</param>
    /// <param name="trusted">The log's key, if the reader has one.</param>
    /// <param name="policy">The reader's policy, if there is one.</param>
    /// <param name="look">Looks at the bundle before its entries, and gives what is shown them.</param>
    /// <param name="progress">Is told how much of how much is done.</param>
    internal static BundleVerification Of(
        Stream archive, VerifierKey? trusted, TrustPolicy? policy, Func<OfflineBundle, BundleVisitor>? look = null, Action<ulong, ulong>? progress = null)
    {
        if (BundleReader.TryOpen(archive) is not { } reader)
        {
            return Refused(new(BundleFaultKind.ArchiveMalformed, "not the one archive that a bundle's files have: other files, another order or path, or something between or behind them"));
        }

        try
        {
            if (OfflineBundle.TryOpen(reader.Read, trusted, policy, out var bundle, reader.IsAnchored) is { } fault)
            {
                return Refused(fault);
            }

            BundleFault? stray = null;
            var visit = look?.Invoke(bundle!);
            var check = new BundleCheck(bundle!.Head, bundle.Contents, (index, entry, payload) =>
            {
                stray ??= Belongs(bundle.Contents.Broadcast, entry.Stream, payload) ? null
                    : new(BundleFaultKind.EntryOfAnother, $"entry {index} of {entry.Stream} is not of broadcast {bundle.Contents.Broadcast}");
                visit?.Invoke(index, entry, payload);
            });
            check.End(reader.Unpack(BundleFiles.Entries, check.Take, progress));
            var life = $"broadcast/{bundle.Contents.Broadcast}";
            stray ??= bundle.Contents.Streams.Any(s => s.Name == life) ? null : new(BundleFaultKind.StreamNotListed, $"the contents do not list {life}, with which every broadcast begins");
            return (check.Fault ?? stray) is { } found ? Refused(found) : new(null, bundle, check.Count);
        }
        catch (InvalidDataException e)
        {
            return Refused(new(BundleFaultKind.FileDamaged, e.Message));
        }
    }

    // The log's format does not know what its streams are about: LiveLedger's name their broadcast, or each of their payloads does (docs/formats/bundle.md).
    private static bool Belongs(string broadcast, string stream, ReadOnlySpan<byte> payload)
    {
        var name = stream.Split('/');
        if (name is ["broadcast", _] or ["segments", _, _])
        {
            return name[1] == broadcast;
        }

        try
        {
            var json = new Utf8JsonReader(payload);
            for (json.Read(); json.Read() && json.TokenType == JsonTokenType.PropertyName;)
            {
                if (json.ValueTextEquals("broadcast"))
                {
                    return json.Read() && json.TokenType == JsonTokenType.String && json.ValueTextEquals(broadcast);
                }

                json.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or half a surrogate pair in a name or a value, so it names nothing.
        }

        return false;
    }

    private static BundleVerification Refused(BundleFault fault) => new(fault, null, 0);
}

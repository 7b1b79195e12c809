using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Protection.Signalling;

namespace LiveLedger.Licensing.Cpix;

/// <summary>What a packager asks for: a document with its keys left out, as SPEKE has it.</summary>
internal sealed record CpixRequest
{
    private const int MaxKeys = 128;

    /// <summary>The document, to be filled in.</summary>
    public required XElement Document { get; init; }

    /// <summary>What the keys are for.</summary>
    public required string ContentId { get; init; }

    /// <summary>The one scheme of all keys.</summary>
    public required ProtectionScheme Scheme { get; init; }

    /// <summary>The keys, each with what the usage rules say of it.</summary>
    public required IReadOnlyList<RequestedKey> Keys { get; init; }

    /// <summary>To whom the keys are encrypted; none if they travel as they are.</summary>
    public required IReadOnlyList<X509Certificate2> Recipients { get; init; }

    /// <summary>Takes a document of the version that the request's head announced.</summary>
    /// <exception cref="RefusedException">It is none that can be answered; the refusal has the text that SPEKE wants.</exception>
    public static CpixRequest Read(XElement document, string version)
    {
        var contentId = Attribute(document, "contentId") ?? throw new RefusedException(CpixRefusals.NoContentId);
        if ((Attribute(document, "version") ?? throw new RefusedException(CpixRefusals.NoVersion)) != version)
        {
            throw new RefusedException(CpixRefusals.Version);
        }

        var keys = Children(document, "ContentKeyList", "ContentKey").ToList();
        if (keys.Count is 0 or > MaxKeys)
        {
            throw new RefusedException(CpixRefusals.Malformed);
        }

        var ids = keys.Select(static k => KidOf(k)).ToList();
        if (ids.Distinct().Count() != ids.Count)
        {
            throw new RefusedException(CpixRefusals.Malformed);
        }

        var scheme = SchemeOf(document, keys);
        return new()
        {
            Document = document,
            ContentId = contentId,
            Scheme = scheme,
            Keys = EncryptionContract.Read(document, ids),
            Recipients = KeyDelivery.Recipients(document),
        };
    }

    /// <summary>An attribute's value; null if there is none or it is empty.</summary>
    internal static string? Attribute(XElement element, string name) => (string?)element.Attribute(name) is { Length: > 0 } value ? value : null;

    /// <summary>The elements of a list below the root.</summary>
    internal static IEnumerable<XElement> Children(XElement document, string list, string name) =>
        document.Elements(CpixNames.Cpix + list).Elements(CpixNames.Cpix + name);

    /// <exception cref="RefusedException">It has no key id.</exception>
    internal static KeyId KidOf(XElement element) => Guid.TryParseExact((string?)element.Attribute("kid"), "D", out var id)
        ? new(id)
        : throw new RefusedException(CpixRefusals.Malformed);

    private static ProtectionScheme SchemeOf(XElement document, List<XElement> keys)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            names.Add(Attribute(key, "commonEncryptionScheme") ?? throw new RefusedException(CpixRefusals.NoScheme((string)key.Attribute("kid")!)));
        }

        if (names.Count > 1)
        {
            throw new RefusedException(CpixRefusals.MixedSchemes);
        }

        var ids = Children(document, "DRMSystemList", "DRMSystem").Select(static s => Attribute(s, "systemId") ?? "").ToList();
        ProtectionScheme? scheme = names.First() switch { "cbcs" => ProtectionScheme.Cbcs, "cenc" => ProtectionScheme.Cenc, _ => null };
        var refused = ids.Find(id => !Guid.TryParse(id, out var parsed) || DrmSystems.Find(parsed) is not { } system || scheme is null || !system.Takes(scheme.Value));
        return refused is null && scheme is { } one ? one : throw new RefusedException(CpixRefusals.Scheme(refused ?? ""));
    }
}

/// <summary>A key asked for.</summary>
/// <param name="Id">Its id, which the packager has chosen.</param>
/// <param name="Class">The highest class of tracks that it opens.</param>
/// <param name="Period">Its key period.</param>
/// <param name="Start">When the period begins, where the packager says so (SPEKE 2.1).</param>
/// <param name="End">When it ends.</param>
internal sealed record RequestedKey(KeyId Id, TrackClass Class, ulong Period, DateTimeOffset? Start, DateTimeOffset? End);

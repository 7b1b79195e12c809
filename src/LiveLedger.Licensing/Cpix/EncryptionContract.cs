using System.Globalization;
using System.Xml.Linq;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Cpix;

/// <summary>The usage rules: which tracks each key is for, in which period. SPEKE calls them the encryption contract.</summary>
internal static class EncryptionContract
{
    // As TrackClass divides them: 576 lines of 1024, 1080 of 1920.
    public const long SdPixels = 1024 * 576;
    public const long HdPixels = 1920 * 1080;

    /// <summary>What each of the keys is for.</summary>
    /// <exception cref="RefusedException">A rule is missing, contradicts another, or is not of the form SPEKE allows.</exception>
    public static IReadOnlyList<RequestedKey> Read(XElement document, IReadOnlyList<KeyId> keys)
    {
        var rules = CpixRequest.Children(document, "ContentKeyUsageRuleList", "ContentKeyUsageRule").ToList();
        if (!rules.Exists(static r => Filters(r, "Video").Concat(Filters(r, "Audio")).Any()))
        {
            throw new RefusedException(CpixRefusals.NoContract);
        }

        var periods = Periods(document);
        var uses = new Dictionary<KeyId, RequestedKey>();
        var seen = new HashSet<(string Type, string? Period)>();
        foreach (var rule in rules)
        {
            var key = Read(rule, periods);
            var unique = seen.Add(((string)rule.Attribute("intendedTrackType")!, PeriodId(rule)));
            if (!unique || !keys.Contains(key.Id) || uses.TryGetValue(key.Id, out var known) && known.Period != key.Period)
            {
                throw new RefusedException(CpixRefusals.Contract);
            }

            // One key for several tracks opens the highest of them.
            uses[key.Id] = known is null || known.Class < key.Class ? key : known;
        }

        return uses.Count == keys.Count ? [.. keys.Select(k => uses[k])] : throw new RefusedException(CpixRefusals.Contract);
    }

    private static RequestedKey Read(XElement rule, Dictionary<string, RequestedKey> periods)
    {
        var video = Filters(rule, "Video").ToList();
        var audio = Filters(rule, "Audio").ToList();
        var names = CpixRequest.Attribute(rule, "intendedTrackType")?.Split('+') ?? throw new RefusedException(CpixRefusals.Contract);
        var isRight = names is ["ALL"]
            ? video is [{ HasAttributes: false }] && audio is [{ HasAttributes: false }]
            : video.Count + audio.Count == names.Length;
        var period = new RequestedKey(default, default, 0, null, null);
        if (!isRight || PeriodId(rule) is { } id && !periods.TryGetValue(id, out period))
        {
            throw new RefusedException(CpixRefusals.Contract);
        }

        return period! with { Id = CpixRequest.KidOf(rule), Class = video.Count == 0 ? TrackClass.Audio : video.Max(f => ClassOf(f, names)) };
    }

    // By its most pixels, else by what the rule calls itself; who says neither means all there are.
    private static TrackClass ClassOf(XElement filter, string[] names)
    {
        var named = names.Select(static n => n switch { "SD" => TrackClass.Sd, "HD" => TrackClass.Hd, "AUDIO" => TrackClass.Audio, _ => TrackClass.Uhd }).Max();
        if (filter.Attribute("maxPixels") is not { } most)
        {
            return named == TrackClass.Audio ? TrackClass.Uhd : named;
        }

        return long.TryParse(most.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var pixels) && pixels > 0
            ? pixels <= SdPixels ? TrackClass.Sd : pixels <= HdPixels ? TrackClass.Hd : TrackClass.Uhd
            : throw new RefusedException(CpixRefusals.Contract);
    }

    private static Dictionary<string, RequestedKey> Periods(XElement document)
    {
        var periods = new Dictionary<string, RequestedKey>(StringComparer.Ordinal);
        foreach (var element in CpixRequest.Children(document, "ContentKeyPeriodList", "ContentKeyPeriod"))
        {
            if (CpixRequest.Attribute(element, "id") is not { } id
                || !long.TryParse((string?)element.Attribute("index"), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                || !TryTime(element, "start", out var start) || !TryTime(element, "end", out var end) || end <= start
                || !periods.TryAdd(id, new(default, default, (ulong)index, start, end)))
            {
                throw new RefusedException(CpixRefusals.Contract);
            }
        }

        return periods;
    }

    private static bool TryTime(XElement element, string name, out DateTimeOffset? time)
    {
        time = null;
        if (CpixRequest.Attribute(element, name) is not { } text)
        {
            return true;
        }

        var isTime = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var parsed);
        time = parsed;
        return isTime;
    }

    private static string? PeriodId(XElement rule) => rule.Elements(CpixNames.Cpix + "KeyPeriodFilter").ToList() switch
    {
        [] => null,
        [var one] => CpixRequest.Attribute(one, "periodId") ?? "",
        _ => "",
    };

    private static IEnumerable<XElement> Filters(XElement rule, string kind) => rule.Elements(CpixNames.Cpix + $"{kind}Filter");
}

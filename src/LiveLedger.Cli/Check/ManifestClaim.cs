using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using LiveLedger.Cli.Demo;
using LiveLedger.Cli.Rest;

namespace LiveLedger.Cli.Check;

/// <summary>HLS and DASH over one set of segments.</summary>
internal static partial class ManifestClaim
{
    private const int MaxManifest = 4 * 1024 * 1024;
    private const int MaxSegments = 100_000;

    internal static async Task<Claim> SameSegmentsAsync(DemoStage stage, CancellationToken cancellation)
    {
        var http = stage.Broadcast.Api.Http;
        var urls = stage.Broadcast.View.Urls;
        var dash = FromMpd(stage.Broadcast.Reach(urls.Dash), Encoding.UTF8.GetString(await Download.GetAsync(http, stage.Broadcast.Reach(urls.Dash), MaxManifest, cancellation)));

        var hls = new SortedSet<string>(StringComparer.Ordinal);
        var playlists = FromPlaylist(stage.Broadcast.Reach(urls.Hls), Encoding.UTF8.GetString(await Download.GetAsync(http, stage.Broadcast.Reach(urls.Hls), MaxManifest, cancellation)));
        foreach (var playlist in playlists)
        {
            hls.UnionWith(FromPlaylist(new(playlist), Encoding.UTF8.GetString(await Download.GetAsync(http, new(playlist), MaxManifest, cancellation))));
        }

        var differing = hls.Except(dash).Concat(dash.Except(hls)).FirstOrDefault();
        return Claim.Of(
            "manifests", hls.Count > 0 && differing is null,
            $"HLS and DASH list the same segments ({hls.Count} and {dash.Count}{(differing is null ? "" : $"; only one has {differing}")})");
    }

    /// <summary>Addresses that a playlist lists: its lines, and the URIs of EXT-X-MEDIA.</summary>
    internal static SortedSet<string> FromPlaylist(Uri playlist, string text)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!line.StartsWith('#'))
            {
                found.Add(new Uri(playlist, line).AbsoluteUri);
            }
            else if (line.StartsWith("#EXT-X-MEDIA:", StringComparison.Ordinal) && MediaUri().Match(line) is { Success: true } match)
            {
                found.Add(new Uri(playlist, match.Groups[1].Value).AbsoluteUri);
            }
        }

        return found;
    }

    /// <summary>Addresses that an MPD's SegmentTemplates with SegmentTimeline and $Number$ come to.</summary>
    internal static SortedSet<string> FromMpd(Uri manifest, string text)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        XDocument document;
        try
        {
            document = XDocument.Parse(text);
        }
        catch (System.Xml.XmlException e)
        {
            throw new CommandFailure($"the MPD is no XML: {e.Message}");
        }

        foreach (var template in document.Descendants().Where(static element => element.Name.LocalName == "SegmentTemplate"))
        {
            var representations = template.Parent!.Name.LocalName == "Representation"
                ? [template.Parent]
                : template.Parent.Elements().Where(static element => element.Name.LocalName == "Representation").ToList();
            var count = template.Descendants().Where(static element => element.Name.LocalName == "S").Sum(static s => 1 + (Number(s, "r") ?? 0));
            var first = Number(template, "startNumber") ?? 1;
            if (count is < 0 or > MaxSegments)
            {
                throw new CommandFailure("the MPD has a timeline that cannot be counted");
            }

            foreach (var id in representations.Select(static representation => representation.Attribute("id")?.Value ?? ""))
            {
                var baseUrl = BaseOf(manifest, template);
                for (var number = first; number < first + count; number++)
                {
                    var name = template.Attribute("media")!.Value
                        .Replace("$RepresentationID$", id, StringComparison.Ordinal)
                        .Replace("$Number$", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
                    found.Add(new Uri(baseUrl, name).AbsoluteUri);
                }
            }
        }

        return found;
    }

    private static Uri BaseOf(Uri manifest, XElement element) => element.AncestorsAndSelf().Reverse()
        .SelectMany(static ancestor => ancestor.Elements().Where(static child => child.Name.LocalName == "BaseURL").Take(1))
        .Aggregate(manifest, static (url, child) => new Uri(url, child.Value.Trim()));

    private static long? Number(XElement element, string name) =>
        long.TryParse(element.Attribute(name)?.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    [GeneratedRegex("URI=\"([^\"]*)\"")]
    private static partial Regex MediaUri();
}

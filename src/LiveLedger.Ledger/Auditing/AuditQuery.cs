using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Transparency.Tree;
using Microsoft.AspNetCore.Http;

namespace LiveLedger.Ledger.Auditing;

/// <summary>Which entries are asked for: all filters hold together.</summary>
internal sealed record AuditQuery
{
    /// <summary>Longest name to look for; the ledger's own are shorter.</summary>
    private const int MaxName = 200;

    // RFC 3339 in UTC; an entry's time has whole microseconds.
    private static readonly string[] s_times = ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'"];
    private static readonly string[] s_names = ["broadcast", "stream", "actor", "type", "since", "until", "from", "to", "limit"];

    public string? Broadcast { get; private init; }

    public string? Stream { get; private init; }

    public string? Actor { get; private init; }

    public string? Type { get; private init; }

    /// <summary>Recorded then or later.</summary>
    public DateTimeOffset? Since { get; private init; }

    /// <summary>Recorded before.</summary>
    public DateTimeOffset? Until { get; private init; }

    /// <summary>The first index.</summary>
    public ulong From { get; private init; }

    /// <summary>Indexes below this one; null: to the end.</summary>
    public ulong? To { get; private init; }

    /// <summary>Most entries in the answer.</summary>
    public int? Limit { get; private init; }

    /// <summary>Reads the parameters of a request.</summary>
    /// <param name="parameters">As they came.</param>
    /// <param name="maxLimit">Largest <see cref="Limit"/>.</param>
    /// <param name="query">What was asked.</param>
    /// <param name="refusal">Or which parameter is not of its form.</param>
    public static bool TryParse(IQueryCollection parameters, int maxLimit, [NotNullWhen(true)] out AuditQuery? query, [NotNullWhen(false)] out Refusal? refusal)
    {
        query = null;

        // A filter that is misspelt must not answer with what it was to leave out.
        if (parameters.Keys.FirstOrDefault(k => !s_names.Contains(k)) is not null)
        {
            refusal = Invalid($"the parameters are {string.Join(", ", s_names)}");
            return false;
        }

        if (parameters.FirstOrDefault(p => p.Value is not [{ Length: > 0 }]) is { Key: { } repeated })
        {
            refusal = Invalid($"{repeated} is given once and is not empty");
            return false;
        }

        string? Text(string name) => parameters.TryGetValue(name, out var value) ? value.ToString() : null;
        foreach (var name in (string[])["broadcast", "stream", "actor", "type"])
        {
            if (Text(name) is { } text && (text.Length > MaxName || text.Any(char.IsControl)))
            {
                refusal = Invalid($"{name} has 1 to {MaxName} characters and no control characters");
                return false;
            }
        }

        var (since, until) = (Time(Text("since")), Time(Text("until")));
        if ((Text("since") is not null && since is null) || (Text("until") is not null && until is null) || since >= until)
        {
            refusal = Invalid("since and until are times like 2026-01-31T23:59:59.123456Z, since before until");
            return false;
        }

        LedgerIndex first = default, end = default;
        if ((Text("from") is { } from && !LedgerIndex.TryParse(from, out first)) || (Text("to") is { } to && (!LedgerIndex.TryParse(to, out end) || end.Value <= first.Value)))
        {
            refusal = Invalid("from and to are decimal indexes, from below to");
            return false;
        }

        var limit = 0;
        if (Text("limit") is { } most && !(int.TryParse(most, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit >= 1 && limit <= maxLimit))
        {
            refusal = Invalid($"limit is 1 to {maxLimit}");
            return false;
        }

        refusal = null;
        query = new()
        {
            Broadcast = Text("broadcast"),
            Stream = Text("stream"),
            Actor = Text("actor"),
            Type = Text("type"),
            Since = since,
            Until = until,
            From = first.Value,
            To = Text("to") is null ? null : end.Value,
            Limit = limit == 0 ? null : limit,
        };
        return true;
    }

    internal static Refusal Invalid(string detail) => new(400, "query-invalid", detail);

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParseExact(text, s_times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}

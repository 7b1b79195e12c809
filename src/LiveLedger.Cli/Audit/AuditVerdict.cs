namespace LiveLedger.Cli.Audit;

/// <summary>What an audit of a log found, for a person and for a program.</summary>
/// <param name="Ok">Everything that was checked holds.</param>
/// <param name="Finding">The verdict in words.</param>
/// <param name="Details">What stands behind it, a line each.</param>
/// <param name="Facts">The same for `--json`.</param>
internal sealed record AuditVerdict(bool Ok, string Finding, IReadOnlyList<string> Details, IReadOnlyDictionary<string, object?> Facts)
{
    internal static AuditVerdict False(string finding, params IReadOnlyList<string> details) =>
        new(false, finding, details, new Dictionary<string, object?> { ["details"] = details });

    /// <summary>The first line is the verdict.</summary>
    internal string ToText() => string.Join("\n     ", [$"{(Ok ? "OK  " : "FAIL")} {Finding}", .. Details]);

    internal string ToJson()
    {
        var all = new Dictionary<string, object?> { ["ok"] = Ok, ["finding"] = Finding };
        foreach (var (name, value) in Facts)
        {
            all[name] = value;
        }

        return Output.Json(all);
    }
}

/// <summary>Ends an audit from its depths: something was checked and does not hold.</summary>
internal class VerifiedFalse(string finding) : Exception(finding);

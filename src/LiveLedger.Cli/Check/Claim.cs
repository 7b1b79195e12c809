using System.Text.Json.Serialization;

namespace LiveLedger.Cli.Check;

/// <summary>What looking at a claim came to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
internal enum Verdict
{
    /// <summary>It holds.</summary>
    Pass,

    /// <summary>It was looked at and does not hold.</summary>
    Fail,

    /// <summary>Something stood in the way of looking.</summary>
    CouldNotTell,
}

/// <summary>One claim of the demo, judged.</summary>
/// <param name="Id">Stable name.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Text">The claim with what was seen.</param>
internal sealed record Claim(string Id, Verdict Verdict, string Text)
{
    internal static Claim Of(string id, bool holds, string text) => new(id, holds ? Verdict.Pass : Verdict.Fail, text);

    internal string ToLine() => $"{(Verdict switch { Verdict.Pass => "PASS", Verdict.Fail => "FAIL", _ => "????" })} {Text}";

    /// <summary>0 if all hold, 1 if one does not, 3 if none is known false but not all could be looked at.</summary>
    internal static int ExitCodeOf(IReadOnlyCollection<Claim> claims) =>
        claims.Any(static claim => claim.Verdict == Verdict.Fail) ? ExitCode.VerifiedFalse
        : claims.Count == 0 || claims.Any(static claim => claim.Verdict != Verdict.Pass) ? ExitCode.CouldNotTell
        : ExitCode.Good;
}

namespace LiveLedger.Server.Authentication;

/// <summary>The kinds of tokens we issue. <c>typ</c> keeps them apart, so that none is taken for the other (RFC 8725 §3.11); <c>aud</c> says it once more.</summary>
internal sealed record TokenKind(string Typ, string Audience, TimeSpan LongestLife)
{
    /// <summary>Calls the REST API with a role.</summary>
    public static TokenKind Api { get; } = new("liveledger-api+jwt", "liveledger-api", TimeSpan.FromDays(366));

    /// <summary>Asks for licences of one broadcast.</summary>
    public static TokenKind Viewer { get; } = new("liveledger-viewer+jwt", "liveledger-viewer", TimeSpan.FromDays(1));

    /// <summary>Asks for a relay's admissions, and for nothing else.</summary>
    public static TokenKind Relay { get; } = new("liveledger-relay+jwt", "liveledger-relay", TimeSpan.FromDays(366));
}

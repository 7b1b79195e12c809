namespace LiveLedger.Server.Authentication;

/// <summary>The roles of API tokens. Viewers have no role: their tokens are of another kind.</summary>
internal static class Roles
{
    public const string Broadcaster = "broadcaster";
    public const string Auditor = "auditor";
    public const string Operator = "operator";

    public static IReadOnlyList<string> All { get; } = [Broadcaster, Auditor, Operator];
}

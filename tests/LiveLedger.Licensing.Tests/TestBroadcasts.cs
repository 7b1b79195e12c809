using LiveLedger.Media;

namespace LiveLedger.Licensing.Tests;

/// <summary>The broadcasts of a test: as it says, whichever is asked for.</summary>
internal static class TestBroadcasts
{
    public static LicensingLinks Of(Func<BroadcastFacts?> facts) => new()
    {
        OwnerOf = (_, _) => new(facts()?.Owner),
        FactsOf = (_, _) => new(facts()),
        IdentityOf = (_, _) => new((string?)null),
        DeliverWebhook = (_, _, _, _) => throw new NotSupportedException("no bus here"),
        IssueViewerToken = (_, _, _) => throw new NotSupportedException("no tokens here"),
    };
}

using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Peering.Staying;

namespace LiveLedger.Swarm.Sessions;

/// <summary>The streams <c>sessions/{broadcast}/{process}</c> (docs/formats/sessions.md): a process appends to its own alone, so nobody waits for another.</summary>
internal static class SessionEvents
{
    public const string Prefix = "sessions/";
    public const string Type = "swarm-sessions";

    private const int Schema = 1;
    private const string Actor = "system";

    public static StreamName StreamOf(BroadcastId broadcast, Guid process) => new($"{Prefix}{broadcast}/{process:N}");

    public static NewEvent Seen(TimeProvider time, BroadcastId broadcast, IReadOnlyList<Look> looks) =>
        new(Guid.CreateVersion7(time.GetUtcNow()), Type, Schema, SessionLooks.Encode(broadcast, looks), Actor);
}

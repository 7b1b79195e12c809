using LiveLedger.Media;

namespace LiveLedger.Relay.Grants;

/// <summary>With <c>--all</c>: takes in what is live, and lets go of what has not been live for an hour, since some watch behind the end.</summary>
internal sealed class GrantedBroadcasts(Action<BroadcastId> carry, Action<BroadcastId> drop, TimeProvider time)
{
    private static readonly TimeSpan Linger = TimeSpan.FromHours(1);

    private readonly Dictionary<BroadcastId, long> _seenAt = [];

    /// <summary>Takes the list of those that are live.</summary>
    public void Take(IReadOnlyList<BroadcastId> live)
    {
        foreach (var id in live)
        {
            if (!_seenAt.ContainsKey(id))
            {
                carry(id);
            }

            _seenAt[id] = time.GetTimestamp();
        }

        foreach (var id in _seenAt.Where(s => time.GetElapsedTime(s.Value) > Linger).Select(static s => s.Key).ToList())
        {
            _seenAt.Remove(id);
            drop(id);
        }
    }
}

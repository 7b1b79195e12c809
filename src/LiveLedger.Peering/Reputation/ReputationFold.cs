using LiveLedger.Media;

namespace LiveLedger.Peering.Reputation;

/// <summary>The log begins to count by a version of the formula that this program does not have.</summary>
public sealed class FormulaUnknownException(int version) : Exception($"standings are counted by version {version} of the formula from here on; this program has version {Formula.Version}");

/// <summary>The standings of all broadcasts, event by event. Broadcasts know nothing of one another: each may be counted by itself, with the same result.</summary>
public sealed class ReputationFold
{
    private readonly Dictionary<BroadcastId, BroadcastReputation> _broadcasts = [];

    /// <summary>The broadcasts that there are standings of.</summary>
    public IReadOnlyDictionary<BroadcastId, BroadcastReputation> Broadcasts => _broadcasts;

    /// <summary>Takes the log's next event; the broadcast that it changed something of, if any.</summary>
    /// <param name="index">Its place.</param>
    /// <param name="type">Its type.</param>
    /// <param name="recordedAt">Its time.</param>
    /// <param name="payload">Its payload.</param>
    /// <param name="outcomeOf">Who is told what changed; null for nobody.</param>
    /// <exception cref="FormulaUnknownException">Adopted by a newer program.</exception>
    public BroadcastId? Take(ulong index, string type, DateTimeOffset recordedAt, ReadOnlyMemory<byte> payload, Func<BroadcastId, ReputationOutcome>? outcomeOf = null) =>
        Take(index, recordedAt, ReputationEvents.Read(type, payload), outcomeOf);

    /// <summary>As above, of an event that was read already.</summary>
    /// <exception cref="FormulaUnknownException">Adopted by a newer program.</exception>
    public BroadcastId? Take(ulong index, DateTimeOffset recordedAt, ReputationInput? read, Func<BroadcastId, ReputationOutcome>? outcomeOf = null)
    {
        switch (read)
        {
            case ReputationInput.FormulaAdopted adopted when adopted.Version != Formula.Version:
                throw new FormulaUnknownException(adopted.Version);
            case ReputationInput.OfBroadcast input:
                Of(input.Broadcast).Take(index, recordedAt, input, outcomeOf?.Invoke(input.Broadcast));
                return input.Broadcast;
            default:
                return null;
        }
    }

    /// <summary>Puts back what was kept of a broadcast.</summary>
    public void Restore(BroadcastId broadcast, BroadcastReputation kept) => _broadcasts[broadcast] = kept;

    /// <summary>Forgets a broadcast.</summary>
    public void Forget(BroadcastId broadcast) => _broadcasts.Remove(broadcast);

    private BroadcastReputation Of(BroadcastId broadcast)
    {
        if (!_broadcasts.TryGetValue(broadcast, out var found))
        {
            _broadcasts[broadcast] = found = new();
        }

        return found;
    }
}

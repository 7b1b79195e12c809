using System.Collections.Concurrent;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;

namespace LiveLedger.Broadcasting.Origin;

/// <summary>Broadcasts of which nothing is served, in memory: a segment is served without asking the database.</summary>
internal sealed class Withheld
{
    /// <summary>The answer to whoever asks for something of them.</summary>
    public static readonly Refusal Refusal = new(410, "broadcast-taken-down", "The broadcast was taken down.");

    private readonly ConcurrentDictionary<BroadcastId, bool> _ids = new();

    public bool Has(BroadcastId id) => _ids.ContainsKey(id);

    public void Add(BroadcastId id) => _ids[id] = true;

    public void Remove(BroadcastId id) => _ids.TryRemove(id, out _);
}

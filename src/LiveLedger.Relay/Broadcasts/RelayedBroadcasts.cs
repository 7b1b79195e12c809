using System.Collections.Concurrent;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;

namespace LiveLedger.Relay.Broadcasts;

/// <summary>The broadcasts that this relay carries, and no others.</summary>
internal sealed class RelayedBroadcasts(RelayShelf shelf, TimeProvider time, CancellationToken stopping)
{
    private readonly ConcurrentDictionary<BroadcastId, RelayedBroadcast> _all = new();

    public IEnumerable<RelayedBroadcast> All => _all.Values;

    public RelayedBroadcast? Find(BroadcastId id) => _all.GetValueOrDefault(id);

    /// <summary>Takes a broadcast in, unless it is there already.</summary>
    /// <param name="id">Which.</param>
    /// <param name="identity">Its broadcaster, where that is known.</param>
    public RelayedBroadcast Add(BroadcastId id, Ed25519PublicKey? identity) => _all.GetOrAdd(id, key => new(key, shelf, identity, time, stopping));

    /// <summary>Carries it no more.</summary>
    public void Remove(BroadcastId id) => _all.TryRemove(id, out _);
}

namespace LiveLedger.Relay;

/// <summary>A relay at a moment.</summary>
/// <param name="Broadcasts">Carried.</param>
/// <param name="Links">Peers linked.</param>
/// <param name="Joined">Broadcasts whose tracker knows of the relay.</param>
/// <param name="FetchedBytes">From upstream.</param>
/// <param name="SentBytes">Over HTTP.</param>
/// <param name="PeerBytes">Over the peer protocol.</param>
/// <param name="MemoryBytes">In memory.</param>
/// <param name="DiskBytes">On disk.</param>
/// <param name="Refused">Answers of upstream's that were not the broadcaster's.</param>
/// <param name="Rotten">Files on disk that were not what was put there.</param>
/// <param name="Failures">What stands in the way of its part in the swarm.</param>
public sealed record RelayStatus(
    int Broadcasts, int Links, int Joined, long FetchedBytes, long SentBytes, long PeerBytes, long MemoryBytes, long DiskBytes, long Refused, long Rotten, IReadOnlyList<string> Failures);

using LiveLedger.Relay.Caching;
using LiveLedger.Relay.Upstream;

namespace LiveLedger.Relay.Broadcasts;

/// <summary>What all broadcasts of a relay share.</summary>
/// <param name="Memory">Objects in memory.</param>
/// <param name="Disk">Objects on disk, if any are kept there.</param>
/// <param name="Upstream">Where they come from.</param>
/// <param name="Counters">What was done.</param>
internal sealed record RelayShelf(MemoryCache Memory, DiskCache? Disk, UpstreamSource Upstream, RelayCounters Counters);

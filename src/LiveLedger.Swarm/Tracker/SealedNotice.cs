using LiveLedger.Media;

namespace LiveLedger.Swarm.Tracker;

/// <summary>A segment can be had from the origin, as of now.</summary>
/// <param name="Broadcast">Of which broadcast.</param>
/// <param name="Track">Its track.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Sequence">Its number.</param>
/// <param name="Chunks">How many chunks it has.</param>
public readonly record struct SealedNotice(BroadcastId Broadcast, TrackName Track, uint Epoch, uint Sequence, int Chunks);

namespace LiveLedger.Media.Records;

/// <summary>Which segment a reader asked for.</summary>
/// <param name="Broadcast">The broadcast.</param>
/// <param name="Track">The track.</param>
/// <param name="Sequence">The segment's number.</param>
/// <param name="Epoch">The epoch, where the reader knows it (from a manifest); null otherwise.</param>
public readonly record struct SegmentSlot(BroadcastId Broadcast, TrackName Track, uint Sequence, uint? Epoch = null);

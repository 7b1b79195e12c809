namespace LiveLedger.Relay;

/// <summary>What the relay has done since it started. Counted without a lock.</summary>
internal sealed class RelayCounters
{
    private long _fetched, _fetchedBytes, _refused, _rotten, _sentBytes, _peerBytes;

    public long Fetched => Interlocked.Read(ref _fetched);

    public long FetchedBytes => Interlocked.Read(ref _fetchedBytes);

    public long Refused => Interlocked.Read(ref _refused);

    public long Rotten => Interlocked.Read(ref _rotten);

    public long SentBytes => Interlocked.Read(ref _sentBytes);

    public long PeerBytes => Interlocked.Read(ref _peerBytes);

    /// <summary>An answer of upstream's, good or not.</summary>
    public void CountFetch(int bytes)
    {
        Interlocked.Increment(ref _fetched);
        Interlocked.Add(ref _fetchedBytes, bytes);
    }

    /// <summary>Bytes from upstream that were not the broadcaster's.</summary>
    public void CountRefused() => Interlocked.Increment(ref _refused);

    /// <summary>Bytes from the disk that were not what was put there.</summary>
    public void CountRotten() => Interlocked.Increment(ref _rotten);

    /// <summary>Served over HTTP.</summary>
    public void CountSent(long bytes) => Interlocked.Add(ref _sentBytes, bytes);

    /// <summary>Served over the peer protocol.</summary>
    public void CountPeer(long bytes) => Interlocked.Add(ref _peerBytes, bytes);
}

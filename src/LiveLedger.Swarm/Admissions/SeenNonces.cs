using LiveLedger.Cryptography;
using LiveLedger.Peering.Proofs;

namespace LiveLedger.Swarm.Admissions;

/// <summary>
/// The nonces of proofs that are still fresh: none is taken twice here. Bounded: when so many come within the time that proofs are fresh, new ones are refused rather than old
/// ones forgotten. Another server does not know them; what a proof gives there is an admission of the same key, to who holds the same token.
/// </summary>
internal sealed class SeenNonces(TimeProvider time, TimeSpan life, int most = 1_000_000)
{
    private readonly Lock _lock = new();
    // Two generations: whatever is in the older one has outlived its proof when they turn.
    private HashSet<Bytes32> _younger = [];
    private HashSet<Bytes32> _older = [];
    private long _turnedAt = time.GetTimestamp();

    /// <summary>True the first time; false for one that was seen, or if there is no room.</summary>
    public bool TryTake(Nonce nonce)
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_turnedAt) >= life)
            {
                (_older, _younger) = (_younger, _older);
                _younger.Clear();
                if (time.GetElapsedTime(_turnedAt) >= 2 * life)
                {
                    _older.Clear();
                }

                _turnedAt = time.GetTimestamp();
            }

            return _younger.Count < most && !_older.Contains(nonce.Value) && _younger.Add(nonce.Value);
        }
    }
}

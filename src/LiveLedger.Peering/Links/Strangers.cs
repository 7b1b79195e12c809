using System.Collections.Concurrent;

namespace LiveLedger.Peering.Links;

/// <summary>Who has connected and not yet proved anything, counted by address: one machine cannot take the places that all others would come in by.</summary>
/// <param name="most">Of one address. A school or an office has many viewers behind one, each of which is a stranger for a second at most.</param>
public sealed class Strangers(int most = 64)
{
    private static readonly byte[] s_mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

    private readonly ConcurrentDictionary<string, int> _of = new(StringComparer.Ordinal);

    /// <summary>One more from there, until it is disposed of; null if there are too many already.</summary>
    /// <param name="address">4 bytes of IPv4 or 16 of IPv6, in network order; empty if it is not known: all of those are one.</param>
    public Stranger? Enter(ReadOnlySpan<byte> address)
    {
        var from = PlaceOf(address);
        if (_of.AddOrUpdate(from, 1, static (_, count) => count + 1) > most)
        {
            Leave(from);
            return null;
        }

        return new(() => Leave(from));
    }

    // A machine may have any address of its /64 (RFC 4291 §2.5.1). One of IPv4 that is written in IPv6 is that one of IPv4 (§2.5.5.2).
    private static string PlaceOf(ReadOnlySpan<byte> address) => Convert.ToHexString(
        address.Length != 16 ? address : address.StartsWith(s_mapped) ? address[12..] : address[..8]);

    private void Leave(string from)
    {
        // Taken away only if nobody has come from there meanwhile.
        if (_of.AddOrUpdate(from, 0, static (_, count) => count - 1) == 0)
        {
            _of.TryRemove(new(from, 0));
        }
    }
}

/// <summary>One of them. Disposed of once it has proved who it is, or has gone; more than once is the same.</summary>
public sealed class Stranger(Action leave) : IDisposable
{
    private int _isHere = 1;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isHere, 0) == 1)
        {
            leave();
        }
    }
}

using System.Collections.Concurrent;

namespace LiveLedger.Peering.Links;

/// <summary>Who has connected and not yet proved anything, counted by address: one machine cannot take the places that all others would come in by.</summary>
/// <param name="most">Of one address. A school or an office has many viewers behind one, each of which is a stranger for a second at most.</param>
public sealed class Strangers(int most = 64)
{
    private readonly ConcurrentDictionary<string, int> _of = new(StringComparer.Ordinal);

    /// <summary>One more from there, until it is disposed of; null if there are too many already.</summary>
    /// <param name="address">Null if it is not known: all of those are one.</param>
    public Stranger? Enter(string? address)
    {
        var from = address ?? "";
        if (_of.AddOrUpdate(from, 1, static (_, count) => count + 1) > most)
        {
            Leave(from);
            return null;
        }

        return new(() => Leave(from));
    }

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

using System.Collections.Frozen;

namespace LiveLedger.Ledger;

/// <summary>Turns a payload into the next schema's. Pure: the same bytes in, the same out, for ever.</summary>
/// <param name="payloadJson">The payload in the schema it was registered for.</param>
public delegate ReadOnlyMemory<byte> Upcast(ReadOnlyMemory<byte> payloadJson);

/// <summary>
/// Shows old events in today's schema, step by step. What is stored and hashed stays as it was appended: only who acts on events reads them
/// through this; who proves them does not.
/// </summary>
public sealed class Upcasters
{
    private readonly FrozenDictionary<(string Type, int Schema), Upcast> _steps;

    /// <summary>Takes the steps: from a type and schema to that type's next schema.</summary>
    /// <exception cref="ArgumentException">Two steps from one schema.</exception>
    public Upcasters(params IEnumerable<(string Type, int Schema, Upcast Step)> steps)
    {
        var all = new Dictionary<(string, int), Upcast>();
        foreach (var (type, schema, step) in steps)
        {
            if (!all.TryAdd((type, schema), step))
            {
                throw new ArgumentException($"two ways from {type} schema {schema}", nameof(steps));
            }
        }

        _steps = all.ToFrozenDictionary();
    }

    /// <summary>The event in the newest schema there is a way to; itself if it is that already.</summary>
    public StoredEvent ToLatest(StoredEvent stored)
    {
        while (_steps.TryGetValue((stored.Type, stored.Schema), out var step))
        {
            stored = stored with { Schema = stored.Schema + 1, PayloadJson = step(stored.PayloadJson) };
        }

        return stored;
    }
}

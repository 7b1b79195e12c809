using System.Collections.Concurrent;
using LiveLedger.Relay.Objects;

namespace LiveLedger.Relay.Broadcasts;

/// <summary>What upstream did not have a moment ago: a crowd that asks for the next segment too early asks once.</summary>
internal sealed class Absences(TimeProvider time)
{
    private const int MaxNames = 4096;

    private static readonly TimeSpan Life = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentDictionary<ObjectName, long> _until = new();

    public bool Has(ObjectName name)
    {
        if (!_until.TryGetValue(name, out var until))
        {
            return false;
        }

        if (time.GetTimestamp() < until)
        {
            return true;
        }

        _until.TryRemove(new(name, until));
        return false;
    }

    public void Add(ObjectName name)
    {
        // Names come from anybody. Forgetting all of them costs a question each.
        if (_until.Count >= MaxNames)
        {
            _until.Clear();
        }

        _until[name] = time.GetTimestamp() + (long)(Life.TotalSeconds * time.TimestampFrequency);
    }
}

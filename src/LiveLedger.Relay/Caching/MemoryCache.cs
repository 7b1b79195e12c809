using System.Diagnostics.CodeAnalysis;
using LiveLedger.Relay.Objects;

namespace LiveLedger.Relay.Caching;

/// <summary>Verified objects in memory, those used last, up to a number of bytes.</summary>
internal sealed class MemoryCache(long limit)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectName, LinkedListNode<RelayObject>> _places = [];
    private readonly LinkedList<RelayObject> _byUse = new();
    private long _cost;

    /// <summary>Bytes in use.</summary>
    public long Cost
    {
        get
        {
            lock (_lock)
            {
                return _cost;
            }
        }
    }

    public bool TryGet(ObjectName name, [NotNullWhen(true)] out RelayObject? found)
    {
        lock (_lock)
        {
            if (!_places.TryGetValue(name, out var node))
            {
                found = null;
                return false;
            }

            if (node != _byUse.First)
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
            }

            found = node.Value;
            return true;
        }
    }

    /// <summary>Takes an object in; those unused for longest make room. One that is larger than all room is not kept.</summary>
    public void Put(RelayObject value)
    {
        if (value.Cost > limit)
        {
            return;
        }

        lock (_lock)
        {
            Drop(value.Name);
            while (_cost + value.Cost > limit)
            {
                Drop(_byUse.Last!.Value.Name);
            }

            _places[value.Name] = _byUse.AddFirst(value);
            _cost += value.Cost;
        }
    }

    /// <summary>Gives an object up, unless another has its place by now.</summary>
    public void Remove(RelayObject value)
    {
        lock (_lock)
        {
            if (_places.TryGetValue(value.Name, out var node) && node.Value == value)
            {
                Drop(value.Name);
            }
        }
    }

    private void Drop(ObjectName name)
    {
        if (_places.Remove(name, out var node))
        {
            _byUse.Remove(node);
            _cost -= node.Value.Cost;
        }
    }
}

namespace LiveLedger.Broadcasting.Pipeline;

/// <summary>An init segment that was sent and waits for its first segment.</summary>
/// <param name="Source">As sent.</param>
/// <param name="Run">The publisher's start it belongs to.</param>
/// <param name="Probe">Looks at segments that follow it; null if it is the same as the running epoch's.</param>
/// <param name="Sender">Who sent it: it is used for that publisher's segments only.</param>
internal sealed record PendingInit(byte[] Source, int Run, RunningEpoch? Probe, Publisher Sender);

/// <summary>
/// The init segments that wait on a track, each for its own sender. One that comes while somebody else holds the track is
/// kept too: encoders send it once, and may be let in later. Not thread-safe: the track's turn guards it.
/// </summary>
internal sealed class PendingInits : IDisposable
{
    /// <summary>Senders waiting on one track at most; the oldest gives way.</summary>
    private const int Most = 4;

    private readonly List<PendingInit> _waiting = [];

    public void Keep(PendingInit init)
    {
        if (_waiting.Find(p => p.Sender.Connection == init.Sender.Connection) is { } replaced)
        {
            Remove(replaced);
        }

        if (_waiting.Count == Most)
        {
            Remove(_waiting[0]);
        }

        _waiting.Add(init);
    }

    /// <summary>What waits for this publisher. One that does not hold the track may have sent it on another connection.</summary>
    public PendingInit? For(Publisher publisher, bool holds) =>
        _waiting.FindLast(p => p.Sender.Connection == publisher.Connection)
        ?? (holds ? null : _waiting.FindLast(p => p.Sender.Agent == publisher.Agent));

    public void Remove(PendingInit init)
    {
        init.Probe?.Dispose();
        _waiting.Remove(init);
    }

    public void Dispose()
    {
        foreach (var init in _waiting)
        {
            init.Probe?.Dispose();
        }

        _waiting.Clear();
    }
}

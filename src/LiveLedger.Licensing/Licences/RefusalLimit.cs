using System.Collections.Concurrent;

namespace LiveLedger.Licensing.Licences;

/// <summary>
/// One refusal for each token and reason is logged in ten seconds, and stands for those that follow: a page that asks in a loop is answered each time, but does not fill
/// the ledger.
/// </summary>
internal sealed class RefusalLimit(TimeProvider time)
{
    private const int MaxRemembered = 50_000;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(string Token, LicenceReason Reason), (long At, Guid Event)> _logged = new();

    /// <summary>The event that stands for this refusal too; null if it is to be logged itself.</summary>
    public Guid? Find(string token, LicenceReason reason) =>
        _logged.TryGetValue((token, reason), out var last) && time.GetElapsedTime(last.At) < s_interval ? last.Event : null;

    /// <summary>Says that it is logged. Not before: a refusal that could not be written down stays due.</summary>
    public void Logged(string token, LicenceReason reason, Guid id)
    {
        var now = time.GetTimestamp();
        if (_logged.Count >= MaxRemembered)
        {
            foreach (var old in _logged.Where(e => time.GetElapsedTime(e.Value.At, now) >= s_interval))
            {
                _logged.TryRemove(old);
            }

            if (_logged.Count >= MaxRemembered)
            {
                _logged.Clear();
            }
        }

        _logged[(token, reason)] = (now, id);
    }
}

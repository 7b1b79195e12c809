namespace LiveLedger.Ledger;

/// <summary>
/// Reads the log for all followers that ask at the same time in one statement: each of a process's followers is woken by the same growth, looks for streams of its own, and for
/// each the same rows would be fetched.
/// </summary>
/// <param name="read">Reads the events of some streams, by how their names begin, from an index on; and says where to go on.</param>
/// <param name="together">Who asks from so many indexes behind the lowest is read along; whoever is further ahead waits for the next.</param>
internal sealed class FollowedReads(Func<string[], long, Task<(List<LoggedEvent> Found, long End)>> read, int together)
{
    private readonly Lock _lock = new();
    private List<Asked> _waiting = [];
    private bool _reading;

    /// <summary>The events of streams whose names begin so, from an index on, and where to go on: at the same index if there are no more yet.</summary>
    public Task<(List<LoggedEvent> Found, long End)> ReadAsync(string streams, long from, CancellationToken cancel)
    {
        var asked = new Asked(streams, from);
        lock (_lock)
        {
            _waiting.Add(asked);
            if (!_reading)
            {
                _reading = true;
                _ = Task.Run(RunAsync, CancellationToken.None);
            }
        }

        return asked.Answer.Task.WaitAsync(cancel);
    }

    private async Task RunAsync()
    {
        while (Take() is { Count: > 0 } group)
        {
            var from = group.Min(static asked => asked.From);
            try
            {
                var (found, end) = await read([.. group.Select(static asked => asked.Streams).Distinct()], from);
                foreach (var asked in group)
                {
                    asked.Answer.TrySetResult((
                        [.. found.Where(logged => logged.Index.Value >= (ulong)asked.From && logged.Event.Stream.Value.StartsWith(asked.Streams, StringComparison.Ordinal))],
                        Math.Max(end, asked.From)));
                }
            }
            catch (Exception e) when (group.Count == 1 || e is LedgerUnavailableException)
            {
                // Each of them asked, and each hears it.
                group.ForEach(asked => asked.Answer.TrySetException(e));
            }
            catch (Exception)
            {
                // An event that cannot be read stops those who follow its streams, and nobody else.
                foreach (var asked in group)
                {
                    await ReadAloneAsync(asked);
                }
            }
        }
    }

    private async Task ReadAloneAsync(Asked asked)
    {
        try
        {
            asked.Answer.TrySetResult(await read([asked.Streams], asked.From));
        }
        catch (Exception e)
        {
            asked.Answer.TrySetException(e);
        }
    }

    private List<Asked> Take()
    {
        lock (_lock)
        {
            var limit = _waiting.Count > 0 ? _waiting.Min(static asked => asked.From) + together : 0;
            var group = _waiting.FindAll(asked => asked.From <= limit);
            _waiting = _waiting.FindAll(asked => asked.From > limit);
            _reading = group.Count > 0;
            return group;
        }
    }

    private sealed record Asked(string Streams, long From)
    {
        public TaskCompletionSource<(List<LoggedEvent> Found, long End)> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

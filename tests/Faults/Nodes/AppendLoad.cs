using LiveLedger.LedgerNode;

namespace LiveLedger.Faults.Nodes;

/// <summary>
/// Clients that append without pause to whichever node answers. Each sends the same events again until somebody has said where they stand: what an
/// interrupted append left behind must be neither lost nor doubled.
/// </summary>
internal sealed class AppendLoad : IAsyncDisposable
{
    private readonly IReadOnlyList<NodeProcess> _nodes;
    private readonly OutsideMemory _memory;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _clients;
    private volatile bool _finishing;
    private int _sent;

    public AppendLoad(IReadOnlyList<NodeProcess> nodes, OutsideMemory memory, int clients, int batch = 3, TimeSpan pause = default)
    {
        (_nodes, _memory) = (nodes, memory);
        _clients = [.. Enumerable.Range(0, clients).Select(c => Task.Run(() => AppendAsync(c, batch, pause))), Task.Run(WatchAsync)];
    }

    /// <summary>Appends that were begun.</summary>
    public int Sent => Volatile.Read(ref _sent);

    /// <summary>Waits until so many events more are acknowledged.</summary>
    public async Task ProgressAsync(int events, TimeSpan patience)
    {
        var goal = _memory.Acknowledged + events;
        using var limit = new CancellationTokenSource(patience);
        while (_memory.Acknowledged < goal && !limit.IsCancellationRequested)
        {
            Fail();
            await Task.Delay(10);
        }

        Assert.True(_memory.Acknowledged >= goal, $"{_memory.Acknowledged} of {goal} events within {patience}:\n{string.Join('\n', _nodes.SelectMany(n => n.Lines.TakeLast(4)))}");
    }

    /// <summary>Begins nothing new, and waits until everything begun is acknowledged.</summary>
    public async Task FinishAsync()
    {
        _finishing = true;
        await Task.WhenAll(_clients[..^1]).WaitAsync(TimeSpan.FromSeconds(30));
        await _stop.CancelAsync();
        await _clients[^1];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients).ContinueWith(static _ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }

    private async Task AppendAsync(int client, int batch, TimeSpan pause)
    {
        var random = new Random(client);
        while (!_stop.IsCancellationRequested && !_finishing)
        {
            // Some streams are everybody's: there, versions are fought for.
            var stream = random.Next(3) == 0 ? $"load/shared-{random.Next(2)}" : $"load/{client}";
            Guid[] ids = [.. Enumerable.Range(0, random.Next(1, batch + 1)).Select(_ => Guid.CreateVersion7())];
            Interlocked.Increment(ref _sent);
            while (!_stop.IsCancellationRequested)
            {
                if (await _nodes[random.Next(_nodes.Count)].TryAppendAsync(stream, ids, _stop.Token) is { } receipt)
                {
                    Keep(stream, ids, receipt);
                    break;
                }

                await Task.Delay(20);
            }

            await Task.Delay(pause);
        }
    }

    private void Keep(string stream, Guid[] ids, AppendReceipt receipt)
    {
        Assert.Equal(ids.Length, receipt.Indexes.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            _memory.Remember(ids[i], receipt.Indexes[i], stream, (ulong)(receipt.Version - ids.Length + 1 + i));
        }
    }

    private async Task WatchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            foreach (var node in _nodes)
            {
                await _memory.LookAsync(node, _stop.Token);
            }

            await Task.Delay(50);
        }
    }

    private void Fail()
    {
        if (_clients.FirstOrDefault(c => c.IsFaulted) is { } failed)
        {
            failed.GetAwaiter().GetResult();
        }
    }
}

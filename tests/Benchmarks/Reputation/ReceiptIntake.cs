using System.Collections.Concurrent;
using System.Diagnostics;
using LiveLedger.Benchmarks.Licences;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Projections;
using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Tests.Reputation;
using LiveLedger.Swarm.Bans;
using LiveLedger.Swarm.Convictions;
using LiveLedger.Swarm.Receipts;
using LiveLedger.Swarm.Reputation;

namespace LiveLedger.Benchmarks.Reputation;

/// <summary>The desk that takes batches, over a ledger of its own with the projection beside it.</summary>
internal sealed class ReceiptIntake : IAsyncDisposable
{
    public const int OfBatch = 64;
    public const int Clients = 16;

    private const int Receivers = 200;
    private const int Senders = 3000;
    private const int BatchesOfSecond = 900;

    private readonly SwarmLog _log = new();
    private readonly CapturedLog<ProjectionRunner> _lines = new();
    private readonly ProjectionRunner _runner;
    private readonly ReceiptDesk _desk;
    private readonly StandingBook _book;
    private List<(Peering.Messages.SegmentName Segment, int Chunks)> _minute = [];
    private int _sender = Receivers;

    private ReceiptIntake(TestLedger ledger)
    {
        Ledger = ledger;
        _runner = new(ledger.Database, ledger.State, [new StandingProjection(ledger.Events).Projection], new(), TimeProvider.System, _lines, static _ => { });
        _desk = new(ledger.Events, new(ledger.Database), new BanBook(ledger.Events, ledger.Database, TimeProvider.System), TimeProvider.System);
        _book = new(ledger.Database);
    }

    public TestLedger Ledger { get; }

    public static async Task<ReceiptIntake> StartAsync()
    {
        var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync(), [BanTables.Inline, ConvictionTables.Inline], new Upcasters());
        var intake = new ReceiptIntake(ledger);
        await intake._runner.StartAsync(default);
        intake._log.Now = DateTimeOffset.UtcNow;
        for (var peer = 0; peer < Receivers + Senders; peer++)
        {
            intake._log.Admit(peer);
        }

        intake._minute = intake._log.Minute();
        await intake.AppendAsync();
        await intake.UntilAsync(Receivers + Senders - 1, static _ => true);
        return intake;
    }

    /// <summary>Receipts of one receiver.</summary>
    public (SignedReceipt[] Messages, Ed25519PublicKey Key) Sample() =>
        ([.. Enumerable.Range(0, 500).Select(n => _log.Receipt(Receivers + n, 0, _minute.Take(8)))], _log.Key(0).PublicKey);

    /// <summary>Takes in for so long; receipts a second.</summary>
    public async Task<double> RunAsync(TimeSpan time)
    {
        var ready = new ConcurrentBag<byte[]>(Enumerable.Range(0, (int)(BatchesOfSecond * time.TotalSeconds)).Select(_ => Batch()));
        var rate = await OfferedLoad.ClosedAsync(Clients, time, async _ =>
        {
            var batch = ready.TryTake(out var one) ? one : throw new InvalidOperationException("too few were signed");
            await _desk.FileAsync(batch, default);
        });
        return rate * OfBatch;
    }

    /// <summary>From answers to standings, in milliseconds, the shortest first.</summary>
    public async Task<double[]> LagsAsync(int count)
    {
        // What was taken in before is counted first.
        for (long now = -1, seen = -2; now != seen; await Task.Delay(1000))
        {
            (seen, now) = (now, await IndexAsync(Receivers));
        }

        var lags = new double[count];
        for (var n = 0; n < count; n++)
        {
            var (before, batch) = (await IndexAsync(Receivers), Batch());
            await _desk.FileAsync(batch, default);
            var watch = Stopwatch.StartNew();
            await UntilAsync(Receivers, index => index > before);
            lags[n] = watch.Elapsed.TotalMilliseconds;
        }

        Array.Sort(lags);
        return lags;
    }

    public async ValueTask DisposeAsync()
    {
        await _runner.StopAsync(default);
        _runner.Dispose();
        await Ledger.DisposeAsync();
    }

    private int NextSender() => _sender = _sender + 1 < Receivers + Senders ? _sender + 1 : Receivers;

    private byte[] Batch()
    {
        var sender = NextSender();
        return ReceiptBatch.Sign(
            _log.Broadcast, Enumerable.Range(0, OfBatch).Select(n => _log.Receipt(sender, (sender + n) % Receivers, _minute.Skip(n % 22).Take(8))), _log.Key(sender)).Bytes.ToArray();
    }

    private async Task AppendAsync()
    {
        for (var n = 0; n < _log.Lines.Count; n += EventStore.MaxEvents)
        {
            var events = _log.Lines.Skip(n).Take(EventStore.MaxEvents).Select(static l => new NewEvent(Guid.CreateVersion7(), l.Type, 1, l.Payload, "system")).ToList();
            await Ledger.Events.AppendAsync(new($"bench/{n}"), ExpectedVersion.NoStream, events);
        }
    }

    // The broadcast's last event that standings have.
    private async Task<long> IndexAsync(int peer) => (long?)(await _book.FindAsync(_log.Broadcast, SwarmLog.Peer(peer), default))?.Index ?? -1;

    private async Task UntilAsync(int peer, Func<long, bool> isSo)
    {
        for (var watch = Stopwatch.StartNew(); await IndexAsync(peer) is var index && (index < 0 || !isSo(index)); await Task.Delay(5))
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(60))
            {
                throw new TimeoutException($"not counted: {string.Join('\n', _lines.Lines.TakeLast(3))}");
            }
        }
    }
}

using System.Diagnostics.Metrics;

namespace LiveLedger.Relay.Tests;

/// <summary>Those that count the requests of this whole process, and would count their neighbours' too.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed class FetchingOnceTests
{
    [Fact]
    public async Task Five_hundred_requests_of_a_segment_at_once_are_one_fetch()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream);
        using var requests = new RequestsUnderWay();
        var gate = new TaskCompletionSource();
        upstream.Gate = path => path == "v/2.m4s" ? gate.Task : Task.CompletedTask;
        var viewers = Enumerable.Range(0, 500).Select(_ => relay.GetAsync("v/2.m4s")).ToArray();
        // All of them are in the relay's hands (and one of its own at upstream, in this same process) before upstream answers the first.
        await Patience.UntilAsync(() => requests.Now >= 501, "500 requests at the relay");
        gate.SetResult();
        Assert.All(await Task.WhenAll(viewers), bytes => Assert.Equal(upstream.Files["v/2.m4s"], bytes));
        Assert.Equal(1, upstream.Asked("v/2.m4s"));
        Assert.Equal(1, upstream.Asked("v/2.record"));
        Assert.Equal(1, upstream.Asked("signer"));
    }

    [Fact]
    public async Task A_crowd_that_asks_for_the_next_segment_too_early_asks_upstream_once()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream);
        using var requests = new RequestsUnderWay();
        var gate = new TaskCompletionSource();
        upstream.Gate = path => path == "v/5.record" ? gate.Task : Task.CompletedTask;
        var viewers = Enumerable.Range(0, 100).Select(_ => relay.RefusalAsync("v/5.m4s")).ToArray();
        await Patience.UntilAsync(() => requests.Now >= 101, "100 requests at the relay");
        gate.SetResult();
        Assert.All(await Task.WhenAll(viewers), static r => Assert.Equal("segment-unknown", r.Code));
        Assert.Equal(1, upstream.Asked("v/5.record"));
        Assert.Equal(0, upstream.Asked("v/5.m4s"));

        // And it is there for who asks when it is.
        upstream.Add("v/5", 100_000);
        await Patience.UntilAsync(() => relay.AskAsync("v/5.m4s").Result.IsSuccessStatusCode, "the segment comes");
    }

    [Fact]
    public async Task Who_goes_away_takes_nothing_from_those_who_wait_for_the_same()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream);
        using var requests = new RequestsUnderWay();
        var gate = new TaskCompletionSource();
        upstream.Gate = path => path == "v/1.m4s" ? gate.Task : Task.CompletedTask;
        using var leaving = new CancellationTokenSource();
        var first = relay.Http.GetAsync(relay.Path("v/1.m4s"), leaving.Token);
        await Patience.UntilAsync(() => upstream.Asked("v/1.m4s") == 1, "the first asks");
        var second = relay.GetAsync("v/1.m4s");
        await Patience.UntilAsync(() => requests.Now >= 3, "the second waits");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult();
        Assert.Equal(upstream.Files["v/1.m4s"], await second);
        Assert.Equal(1, upstream.Asked("v/1.m4s"));
    }

    [Fact]
    public async Task Memory_holds_no_more_than_it_may()
    {
        await using var upstream = await Upstream.StartAsync();
        for (var n = Upstream.Segments; n < 40; n++)
        {
            upstream.Add($"v/{n}", 100_000 + n);
        }

        await using var relay = await RunningRelay.StartAsync(upstream, static o => o with { MemoryBytes = 1_000_000 });
        for (var n = 0; n < 40; n++)
        {
            Assert.Equal(upstream.Files[$"v/{n}.m4s"], await relay.GetAsync($"v/{n}.m4s"));
            Assert.InRange(relay.Server.Status.MemoryBytes, 1, 1_000_000);
        }

        // Of those used last some are there still, and none of the first.
        Assert.Equal(upstream.Files["v/39.m4s"], await relay.GetAsync("v/39.m4s"));
        Assert.Equal(1, upstream.Asked("v/39.m4s"));
        await relay.GetAsync("v/0.m4s");
        Assert.Equal(2, upstream.Asked("v/0.m4s"));
    }

    /// <summary>Requests that servers of this process have begun and not ended, by ASP.NET Core's own count.</summary>
    private sealed class RequestsUnderWay : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _now;

        public RequestsUnderWay()
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "http.server.active_requests")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, by, _, _) => Interlocked.Add(ref _now, by));
            _listener.Start();
        }

        public long Now => Interlocked.Read(ref _now);

        public void Dispose() => _listener.Dispose();
    }
}

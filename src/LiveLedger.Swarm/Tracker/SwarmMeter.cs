using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace LiveLedger.Swarm.Tracker;

/// <summary>The swarms of this process as metrics, summed over broadcasts: which broadcast has how many viewers is its owner's business, not a dashboard's.</summary>
internal sealed class SwarmMeter : IHostedService, IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "LiveLedger.Swarm";

    private readonly Meter _meter = new(Name);

    public SwarmMeter(Rooms rooms)
    {
        _meter.CreateObservableUpDownCounter("liveledger.swarm.viewers", () => rooms.States.Sum(static s => s.Viewers), "{viewer}", "Viewers that have joined a tracker of this process.");
        _meter.CreateObservableUpDownCounter("liveledger.swarm.relays", () => rooms.States.Sum(static s => s.Relays), "{relay}", "Relays that have joined.");
        _meter.CreateObservableCounter("liveledger.swarm.delivered", () => Delivered(rooms), "By", "Bytes that players have received, as they say, by where they came from.");
        _meter.CreateObservableCounter("liveledger.swarm.stalls", () => rooms.Said.Stalls, "{stall}", "Times that playback stood still, as players say.");
        _meter.CreateObservableCounter("liveledger.swarm.refused", () => rooms.Said.Refused, "{chunk}", "Chunks that were not what their record says, as players say.");
    }

    // Hosted so that it is there from the start, whether or not somebody reads it.
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _meter.Dispose();

    private static Measurement<long>[] Delivered(Rooms rooms)
    {
        var said = rooms.Said;
        return
        [
            new(said.Origin, new KeyValuePair<string, object?>("source", "origin")),
            new(said.Relays, new KeyValuePair<string, object?>("source", "relay")),
            new(said.Peers, new KeyValuePair<string, object?>("source", "peer")),
        ];
    }
}

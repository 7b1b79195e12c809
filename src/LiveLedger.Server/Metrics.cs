using LiveLedger.Server.Settings;
using LiveLedger.Swarm;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace LiveLedger.Server;

/// <summary>What the server measures, sent to an operator's collector over OTLP; nothing without one.</summary>
internal static class Metrics
{
    private const int EveryMs = 10_000;

    /// <summary>Begins to send; null if no collector is named. The caller disposes it: what was measured last is sent then.</summary>
    public static MeterProvider? Start(ServerSettings settings) => settings.Otlp is not { } collector ? null : Sdk.CreateMeterProviderBuilder()
        .AddMeter(SwarmRegistration.MeterName)
        // The framework's own: requests, connections, the heap and the pool.
        .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
        .AddOtlpExporter((exporter, reader) =>
        {
            exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
            // OTLP 1.x, "OTLP/HTTP Request": a path of its own for each signal.
            exporter.Endpoint = new($"{collector}/v1/metrics");
            reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = EveryMs;
        })
        .Build();
}

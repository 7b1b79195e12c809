using LiveLedger.Cli.Processes;

namespace LiveLedger.Cli.Demo;

/// <summary>Server, broadcast and publisher, put up in order and taken down in the opposite one.</summary>
internal sealed class DemoStage : IAsyncDisposable
{
    private DemoStage(DemoServer server, DemoBroadcast broadcast, Publisher publisher)
    {
        Server = server;
        Broadcast = broadcast;
        Publisher = publisher;
    }

    internal DemoServer Server { get; }

    internal DemoBroadcast Broadcast { get; }

    internal Publisher Publisher { get; }

    internal static async Task<DemoStage> BuildAsync(DemoTerms terms, Action<string> progress, CancellationToken cancellation)
    {
        // Known before anything is started.
        ChildProcess.Require("ffmpeg", "ffmpeg");
        var server = await DemoServer.StartAsync(terms, progress, cancellation);
        DemoBroadcast? broadcast = null;
        try
        {
            broadcast = await DemoBroadcast.CreateAsync(server, terms, cancellation);
            return new(server, broadcast, await Publisher.StartAsync(broadcast, terms, cancellation));
        }
        catch
        {
            broadcast?.Dispose();
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every track has segments, or says why none come.</summary>
    internal async Task WaitForSegmentsAsync(int count, CancellationToken cancellation)
    {
        var end = Environment.TickCount64 + 40_000;
        while (true)
        {
            RequireAlive();
            var status = await Broadcast.StatusAsync(cancellation);
            if (status.Tracks.Count >= 3 && status.Tracks.All(track => track.Segments >= count))
            {
                return;
            }

            // ffmpeg pushes on through refusals, so nobody else would say it.
            if (status.LastIngestRefusal is { } refusal && (status.Tracks.Count == 0 || Environment.TickCount64 > end))
            {
                throw new CommandFailure($"the publisher is refused: {Refusal(refusal.Code, refusal.Detail)}", ExitCode.VerifiedFalse);
            }

            if (Environment.TickCount64 > end)
            {
                throw new CommandFailure($"no segments arrive; ffmpeg's log and the server's are in {Path.GetDirectoryName(Server.LogFile)}");
            }

            await Task.Delay(250, cancellation);
        }
    }

    /// <summary>Throws if the server or ffmpeg has ended by itself.</summary>
    internal void RequireAlive()
    {
        Server.RequireAlive();
        Publisher.RequireAlive();
    }

    /// <summary>A refusal in words, with the way out where there is one.</summary>
    internal static string Refusal(string code, string? detail) => code switch
    {
        "disk-full" => "the disk is full; make room and the stream goes on by itself",
        "track-held" => "another publisher is on the track (track-held)",
        _ => Output.Word(detail is { Length: > 0 } ? $"{detail} ({code})" : code),
    };

    /// <summary>Sends the last segments and ends the broadcast. Where the server is gone already there is nothing to end.</summary>
    internal async Task EndAsync()
    {
        await Publisher.StopAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await Broadcast.EndAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Publisher.DisposeAsync();
        Broadcast.Dispose();
        await Server.DisposeAsync();
    }
}

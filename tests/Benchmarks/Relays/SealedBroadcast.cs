using LiveLedger.Cryptography;
using LiveLedger.Harness.Media;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Media;
using LiveLedger.Media.Records;

namespace LiveLedger.Benchmarks.Relays;

/// <summary>A minute of one track that a server has really taken in, encrypted, sealed and logged; its objects were fetched from there once and checked up to the broadcaster's identity.</summary>
internal sealed class SealedBroadcast : IAsyncDisposable
{
    private const string Track = "0";
    private const int Seconds = 60;

    // Segments of two seconds of some 750 kB, a good rendition's.
    private const int Kilobits = 3000;

    private readonly Broadcaster _owner;
    private readonly RunningBroadcast _broadcast;

    private SealedBroadcast(ServerProcess server, Broadcaster owner, RunningBroadcast broadcast) => (Server, _owner, _broadcast) = (server, owner, broadcast);

    public ServerProcess Server { get; }

    public BroadcastId Id => _broadcast.Id;

    public string Identity => IdentityText.Format(_owner.Identity.PublicKey);

    /// <summary>Segments and records by path.</summary>
    public Dictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    public static async Task<SealedBroadcast> MakeAsync()
    {
        var cluster = await PostgresCluster.SharedAsync();
        var server = await ServerProcess.StartAsync(await cluster.CreateDatabaseAsync());
        var owner = await Broadcaster.AdmitAsync(server, "acme");
        var made = new SealedBroadcast(server, owner, await owner.GoLiveAsync());
        using (var source = await CmafSource.MakeAsync(Seconds, kilobits: Kilobits))
        {
            await made.PushAsync($"{Track}/init.mp4", source.Init(Track));
            foreach (var (n, segment) in source.Segments(Track).Index())
            {
                await made.PushAsync($"{Track}/{n + 1}.m4s", segment);
            }
        }

        await made._broadcast.WaitLoggedAsync();
        var count = (await made._broadcast.AuditTrackAsync(Track)).Count;
        for (var n = 0; n < count; n++)
        {
            await made.FetchAsync($"/live/{made.Id}/{Track}/{n}.m4s");
            await made.FetchAsync($"/live/{made.Id}/{Track}/{n}.record");
        }

        return made;
    }

    /// <summary>Those of a kind, in order.</summary>
    public IReadOnlyList<(string Path, byte[] Bytes)> Of(string kind) => [.. Objects.Where(o => o.Key.EndsWith(kind, StringComparison.Ordinal)).Select(static o => (o.Key, o.Value))];

    /// <summary>Writes them where a file server finds them by the same paths.</summary>
    public void WriteTo(string root)
    {
        foreach (var (path, bytes) in Objects)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(root + path)!);
            File.WriteAllBytes(root + path, bytes);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _owner.Dispose();
        await Server.DisposeAsync();
    }

    private async Task PushAsync(string path, byte[] body) => (await _broadcast.PushAsync(path, body)).EnsureSuccessStatusCode();

    private async Task FetchAsync(string path) => Objects[path] = await Server.Http.GetByteArrayAsync(path);
}

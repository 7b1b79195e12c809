using LiveLedger.Ledger.Projections;
using LiveLedger.Server;
using LiveLedger.Server.Keys;
using LiveLedger.Server.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace LiveLedger.Ledger.Tests.Projections;

/// <summary>What the server itself registers, by the code that its start runs: a projection that is added there is here too.</summary>
internal sealed class RegisteredProjections : IAsyncDisposable
{
    private readonly DataFolder _data = DataFolder.Open(Directory.CreateTempSubdirectory("liveledger-registered-").FullName, null);
    private readonly ServerKeys _keys;
    private readonly ServiceProvider _services;

    public RegisteredProjections(string connectionString)
    {
        _keys = ServerKeys.Load(_data);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddStages(new() { Data = _data.Root, Urls = "" }, _data, _keys, connectionString);
        _services = services.BuildServiceProvider();
        Inline = [.. _services.GetServices<InlineTables>()];
        ByIndex = [.. _services.GetServices<AsyncProjection>()];
    }

    public InlineTables[] Inline { get; }

    public AsyncProjection[] ByIndex { get; }

    public Upcasters Upcasters => _services.GetRequiredService<Upcasters>();

    public IEnumerable<string> Names => [.. Inline.Select(static t => t.Name), .. ByIndex.Select(static p => p.Name)];

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _keys.Dispose();
        _data.Dispose();
        Directory.Delete(_data.Root, recursive: true);
    }
}

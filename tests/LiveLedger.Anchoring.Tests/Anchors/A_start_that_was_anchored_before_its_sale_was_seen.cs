using LiveLedger.Anchoring.Anchors;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Anchoring.Transactions;
using LiveLedger.Anchoring.Views;
using LiveLedger.Chain;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;
using LiveLedger.Media;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Anchoring.Tests.Anchors;

/// <summary>A ledger, with what a chain is said to have said.</summary>
public sealed class A_start_that_was_anchored_before_its_sale_was_seen
{
    private static readonly Deployment s_deployment = new(new(31337), Number(1), Number(2), Number(3));
    private static readonly Address s_account = Number(4);
    private static readonly ulong s_now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public async Task It_is_proved_for_that_sale_and_the_others_starts_are_not_gone_through_again()
    {
        await using var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync(), [ViewTables.Inline]);
        var others = BroadcastId.New(TimeProvider.System);
        var broadcast = BroadcastId.New(TimeProvider.System);
        foreach (var started in (BroadcastId[])[others, broadcast])
        {
            await ledger.Events.AppendAsync(new($"broadcast/{started}"), ExpectedVersion.Any, [new(Guid.CreateVersion7(), "broadcast-started", 1, "{}"u8.ToArray(), "test")]);
        }

        var origin = AnchorDesk.OriginOf(ledger.Options.Origin);
        await ledger.UntilPublishedAsync(2);
        await SeeAsync(ledger, new CheckpointAnchored(At(1), s_account.ToString(), HexText.Of(origin.Value.ToArray()), 2, HexText.Of(ledger.Log.Head().Root.Value.ToArray())));
        await SeeAsync(ledger, Opened(2, 1, others, origin), Opened(3, 2, broadcast, origin));

        using var services = Services(ledger);
        var checkpoints = services.GetRequiredService<CheckpointEffects>();
        await checkpoints.ProveStartAsync(2, default);
        Assert.Equal(["start-proof sale 2"], await OrderedAsync(services));
        await checkpoints.ProveStartsAsync(default);
        Assert.Equal(["start-proof sale 2", "start-proof sale 1"], await OrderedAsync(services));
    }

    private static async Task<IEnumerable<string>> OrderedAsync(ServiceProvider services) =>
        (await services.GetRequiredService<AccountBook>().ReadAsync(default)).Waiting.Select(static o => $"{o.Purpose} {o.Subject}");

    private static Task SeeAsync(TestLedger ledger, params IEnumerable<Sighting> sightings) =>
        ledger.Events.AppendAsync(s_deployment.Stream, ExpectedVersion.Any, [.. sightings.Select(static s => SightingEvents.Seen(TimeProvider.System, s))]);

    private static SaleCreated Opened(ulong block, ulong sale, BroadcastId broadcast, Sha256Hash origin) => new(
        At(block), sale, broadcast.ToString(), s_account.ToString(),
        new(HexText.Of(origin.Value.ToArray()), s_account.ToString(), Address.Zero.ToString(), "1", 1, 1, s_now + 2, s_now + 3, s_now + 3600, s_now + 7200, s_now + 90_000, 0, 0, false));

    private static SeenAt At(ulong block) => new(block, $"0x{block:x64}", $"0x{block:x64}", 0);

    private static Address Number(int number) => Address.TryParse($"0x{number:x40}", out var address) ? address : throw new InvalidOperationException();

    private static ServiceProvider Services(TestLedger ledger) => new ServiceCollection()
        .AddSingleton(ledger.Events).AddSingleton(ledger.Database).AddSingleton(ledger.Log).AddSingleton(ledger.Options).AddSingleton(TimeProvider.System)
        .AddSingleton(s_deployment).AddSingleton(new ChainSettings { Deployment = s_deployment, FirstBlock = 0, Account = s_account })
        .AddSingleton<ILogger<AnchorDesk>>(new CapturedLog<AnchorDesk>())
        .AddSingleton(static s => ActivatorUtilities.CreateInstance<AccountBook>(s, s_deployment.Chain, s_account))
        .AddSingleton<ChainView>().AddSingleton<AnchorDesk>().AddSingleton<LoggedProof>().AddSingleton<CheckpointEffects>()
        .BuildServiceProvider();
}

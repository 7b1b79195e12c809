using System.Net;
using System.Security.Claims;
using LiveLedger.Ledger.Subjects;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Offers;
using LiveLedger.Licensing.Playbacks;
using LiveLedger.Licensing.Regions;
using LiveLedger.Media.Protection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiveLedger.Licensing.Tests.Playbacks;

/// <summary>A viewer's page at the playback endpoints of a desk, without a network between: the test knows when the page is known to be gone.</summary>
internal sealed class TestPage : IAsyncDisposable
{
    private const string Viewer = "ann";
    private const string Token = "token-of-ann";
    private const string Address = "203.0.113.7";

    private readonly TestDesk _desk;
    private readonly ViewerPseudonyms _pseudonyms;
    private readonly WebApplication _app;

    /// <param name="desk">Whose.</param>
    /// <param name="regions">The table of regions, if there is one.</param>
    public TestPage(TestDesk desk, string? regions = null)
    {
        var world = desk.World;
        _desk = desk;
        _pseudonyms = new(new SubjectKeys(Path.Combine(world.Keys.Path, "subjects"), world.Kek));
        var options = new LicensingOptions { KeysFolder = world.Keys.Path, SpoolFolder = world.Keys.Path, RegionsFile = regions };
        var resolver = new RegionResolver(options, world.Time, NullLogger<RegionResolver>.Instance);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(new PlaybackEndpoints(desk.Desk, new(_pseudonyms, desk.Keys, resolver), desk.Open, TestBroadcasts.Of(() => world.Facts), world.Time));
        _app = builder.Build();
        PlaybackEndpoints.Map(_app);
    }

    /// <summary>Buys, and plays.</summary>
    public async Task<Playback> PlayAsync(OfferBody body, string? region = null)
    {
        var broadcast = _desk.World.Broadcast;
        var viewer = _pseudonyms.Seal(broadcast, Viewer);
        var offer = await _desk.Offers.CreateAsync(broadcast, body, null, default);
        await _desk.Book.GrantAsync(broadcast, viewer, new(offer, 1), null, default);
        var answer = await _desk.Desk.DecideAsync(
            new(Token, broadcast, viewer.Pseudonym) { Region = region }, new([_desk.Keys.IdOf(broadcast, TrackClass.Sd, 0)], null, null, null), default);
        return _desk.Open.Find(answer.Playback!.Value)!;
    }

    /// <summary>Asks an endpoint by its name; done when that has answered.</summary>
    /// <param name="endpoint">Its name.</param>
    /// <param name="playback">Of which playback.</param>
    /// <param name="answer">Takes the answer.</param>
    /// <param name="gone">The page goes away.</param>
    public Task AskAsync(string endpoint, Playback playback, Stream answer, CancellationToken gone = default)
    {
        var context = new DefaultHttpContext
        {
            RequestServices = _app.Services,
            RequestAborted = gone,
            User = new(new ClaimsIdentity([new("broadcast", playback.Broadcast.ToString()), new("jti", Token), new("sub", Viewer)])),
        };
        context.Connection.RemoteIpAddress = IPAddress.Parse(Address);
        context.Request.RouteValues["id"] = playback.Id.ToString();
        context.Response.Body = answer;
        return ((IEndpointRouteBuilder)_app).DataSources.SelectMany(static source => source.Endpoints)
            .Single(e => e.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName == endpoint).RequestDelegate!(context);
    }

    /// <summary>A table that has this page in a region.</summary>
    public static string TableOf(string region) => $"{Address}/32 {region}\n";

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

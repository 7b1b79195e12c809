using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Server.Settings;
using Microsoft.Extensions.FileProviders;

namespace LiveLedger.Server.Pages;

/// <summary>The pages <c>/watch/{broadcast}</c>, <c>/audit</c> and <c>/studio</c>, and their files under <c>/player</c>, as built from <c>src/player</c>.</summary>
internal static class PlayerPages
{
    private const string Watch = "watch.html";
    private const string Audit = "audit.html";
    private const string Studio = "studio.html";

    // Scripts only from this server; media and worker come as blobs; a stream may lie on another origin. The tracker may be on another server of the platform and relays are
    // anywhere: which ones, only the admission and the tracker say, after the page was loaded. Whatever they send is checked by signatures, not by where it came from.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        + "font-src 'self'; media-src 'self' blob:; connect-src 'self' data: blob: http: https: ws: wss:; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

    // These pages load nothing from elsewhere, show what others wrote, and never make markup of it.
    private const string StrictContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private static readonly Refusal s_missing = new(404, "player-missing", "The pages are not built here: build src/player, or name its folder with --player.");
    private static readonly Refusal s_unknown = new(404, "not-found", "There is no such broadcast.");

    public static void UsePlayerFiles(this WebApplication app, string? folder)
    {
        if (folder is null)
        {
            return;
        }

        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(folder),
            RequestPath = "/player",
            OnPrepareResponse = static file =>
            {
                // Names carry no hash of the content, so browsers ask each time and mostly hear 304.
                file.Context.Response.Headers.CacheControl = "no-cache";
                Guard(file.Context.Response, ContentSecurityPolicy);
            },
        });
    }

    public static void MapPlayer(this IEndpointRouteBuilder routes, string? folder)
    {
        routes.MapGet("/watch/{broadcast}", (string broadcast, HttpContext context) =>
            BroadcastId.TryParse(broadcast, out _) ? Page(context, folder, Watch, ContentSecurityPolicy) : s_unknown.ToResult()).ExcludeFromDescription();
        routes.MapGet("/audit", (HttpContext context) => Page(context, folder, Audit, StrictContentSecurityPolicy)).ExcludeFromDescription();
        routes.MapGet("/studio", (HttpContext context) => Page(context, folder, Studio, StrictContentSecurityPolicy)).ExcludeFromDescription();
    }

    private static IResult Page(HttpContext context, string? folder, string name, string policy)
    {
        if (folder is null || !File.Exists(Path.Combine(folder, name)))
        {
            return s_missing.ToResult();
        }

        Guard(context.Response, policy);
        context.Response.Headers.CacheControl = "no-cache";
        return Results.File(Path.Combine(folder, name), "text/html; charset=utf-8");
    }

    /// <summary>The folder named in the settings, else <c>player</c> beside the binaries, else <c>src/player/dist</c> of the clone they were built in.</summary>
    public static string? Find(ServerSettings settings)
    {
        if (settings.Player is { } named)
        {
            return Directory.Exists(named)
                ? Path.GetFullPath(named)
                : throw new StartFailure("settings-invalid", $"--player: there is no folder {named}");
        }

        var beside = Path.Combine(AppContext.BaseDirectory, "player");
        if (Directory.Exists(beside))
        {
            return beside;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LiveLedger.slnx")))
            {
                var built = Path.Combine(folder.FullName, "src", "player", "dist");
                return Directory.Exists(built) ? built : null;
            }
        }

        return null;
    }

    private static void Guard(HttpResponse response, string policy)
    {
        response.Headers.ContentSecurityPolicy = policy;
        response.Headers.XContentTypeOptions = "nosniff";
        // The address of a watch page holds the viewer's token in its fragment, which no Referer carries; the path need not leave either.
        response.Headers["Referrer-Policy"] = "no-referrer";
    }
}

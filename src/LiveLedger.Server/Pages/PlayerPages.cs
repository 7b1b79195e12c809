using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Server.Settings;
using Microsoft.Extensions.FileProviders;

namespace LiveLedger.Server.Pages;

/// <summary>The player: <c>/watch/{broadcast}</c> and its files under <c>/player</c>, as built from <c>src/player</c>.</summary>
internal static class PlayerPages
{
    private const string Page = "watch.html";

    // Scripts only from this server; media and worker come as blobs; a stream may lie on another origin.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        + "font-src 'self'; media-src 'self' blob:; connect-src 'self' data: blob: http: https:; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

    private static readonly Refusal s_missing = new(404, "player-missing", "The player page is not built here: build src/player, or name its folder with --player.");
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
                Guard(file.Context.Response);
            },
        });
    }

    public static void MapPlayer(this IEndpointRouteBuilder routes, string? folder) =>
        routes.MapGet("/watch/{broadcast}", (string broadcast, HttpContext context) =>
        {
            if (!BroadcastId.TryParse(broadcast, out _))
            {
                return s_unknown.ToResult();
            }

            if (folder is null || !File.Exists(Path.Combine(folder, Page)))
            {
                return s_missing.ToResult();
            }

            Guard(context.Response);
            context.Response.Headers.CacheControl = "no-cache";
            return Results.File(Path.Combine(folder, Page), "text/html; charset=utf-8");
        }).ExcludeFromDescription();

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

    private static void Guard(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        // The address of a watch page holds the viewer's token in its fragment, which no Referer carries; the path need not leave either.
        response.Headers["Referrer-Policy"] = "no-referrer";
    }
}

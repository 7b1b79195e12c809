using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Witnesses;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Cli.Witness;

/// <summary>A witness's two addresses: <c>POST {prefix}/add-checkpoint</c>, and <c>GET {prefix}/{SHA-256 of the origin}/checkpoint</c> for monitors.</summary>
internal static class WitnessServer
{
    /// <summary>Listens. The caller stops it.</summary>
    /// <exception cref="IOException">The address is taken, or not ours.</exception>
    internal static async Task<(WebApplication App, string Address)> StartAsync(CheckpointWitness witness, Uri listen, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(listen.GetLeftPart(UriPartial.Authority));
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ConfigureEndpointDefaults(static endpoint => endpoint.Protocols = HttpProtocols.Http1);
            kestrel.Limits.MaxRequestBodySize = AddCheckpointRequest.MaxLength;
            kestrel.Limits.MaxConcurrentConnections = 256;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        });
        var app = builder.Build();
        var prefix = listen.AbsolutePath.TrimEnd('/');
        app.MapPost(prefix + "/add-checkpoint", (HttpContext http, CancellationToken aborted) => AddAsync(http, witness, aborted));
        app.MapGet(prefix + "/{hash}/checkpoint", (string hash, HttpContext http) => Last(hash, http, witness));
        await app.StartAsync(cancellation);
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return (app, bound + prefix);
    }

    private static async Task<IResult> AddAsync(HttpContext http, CheckpointWitness witness, CancellationToken aborted)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, aborted);
        try
        {
            var answer = witness.Add(body.GetBuffer().AsSpan(0, (int)body.Length));
            return Results.Text(answer.Body, answer.MediaType, statusCode: answer.Status);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return Failed(e);
        }
    }

    private static IResult Last(string hash, HttpContext http, CheckpointWitness witness)
    {
        try
        {
            if (witness.Remembered(hash) is not { } note)
            {
                return Results.Text("nothing was cosigned under this name\n", statusCode: StatusCodes.Status404NotFound);
            }

            // Whoever looks for a fork must not be shown what some cache saw earlier; and any page may look.
            http.Response.Headers.CacheControl = "no-cache";
            http.Response.Headers.AccessControlAllowOrigin = "*";
            return Results.Bytes(note, Checkpoint.MediaType);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return Failed(e);
        }
    }

    private static IResult Failed(Exception e)
    {
        Output.Error($"FAIL {e.Message}");
        return Results.Text("the witness cannot tell what it cosigned last\n", statusCode: StatusCodes.Status500InternalServerError);
    }
}

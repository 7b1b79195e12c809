using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using LiveLedger.Server.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration.Memory;

namespace LiveLedger.Server;

/// <summary>The web server itself: its limits, its JSON, and who may call it from a page elsewhere.</summary>
internal static partial class Hosting
{
    /// <summary>For what is public anyway, or opened by a token that the page holds itself; no cookies anywhere.</summary>
    public const string AnyOrigin = "any-origin";

    /// <summary>REST bodies are small; ingest sets its own limit for each address.</summary>
    private const long MaxBodyBytes = 64 * 1024;

    public static WebApplicationBuilder CreateBuilder(ServerSettings settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(settings.Urls);
        // Lowest in rank: Logging__LogLevel__… in the environment overrules it.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = [new("Logging:LogLevel:Default", "Information"), new("Logging:LogLevel:Microsoft", "Warning"), new("Logging:LogLevel:MassTransit", "Warning"),
                // Whoever can be heard at all makes an activity with two random ids and a logging scope for each request, which nobody reads.
                new("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics", "None")],
        });
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ConfigureEndpointDefaults(static endpoint => endpoint.Protocols = HttpProtocols.Http1);
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.MaxRequestLineSize = 8 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
            // An encoder may say nothing for a whole segment within one long post, and a player may read slowly.
            kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 100, gracePeriod: TimeSpan.FromSeconds(20));
            kestrel.Limits.MinResponseDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));
        });
        builder.Services.Configure<RouteHandlerOptions>(static o => o.ThrowOnBadRequest = true);
        builder.Services.Configure<HostOptions>(static o => o.ShutdownTimeout = TimeSpan.FromSeconds(15));
        builder.Services.ConfigureHttpJsonOptions(static o =>
        {
            o.SerializerOptions.AllowDuplicateProperties = false;
            o.SerializerOptions.MaxDepth = 16;
            o.SerializerOptions.ReadCommentHandling = JsonCommentHandling.Disallow;
        });
        builder.Services.AddCors(static o => o.AddPolicy(AnyOrigin, static p => p
            .AllowAnyOrigin().AllowAnyHeader().WithMethods("GET", "HEAD", "POST", "DELETE", "OPTIONS")
            .WithExposedHeaders("ETag", "Content-Range", "Content-Length", "Accept-Ranges", "Retry-After", "Date", "Playback-Id", "Decision-Id", "Max-Tier")
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddOpenApi(static o => o.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info.Title = "LiveLedger";
            document.Info.Version = "v1";
            return Task.CompletedTask;
        }));
        return builder;
    }

    /// <summary>The authentication package brings key files of its own for cookies, which we have none of; without this they land in the user's home.</summary>
    public static void DropDataProtection(this IServiceCollection services)
    {
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        foreach (var service in services.Where(static d => d.ImplementationType?.Name == "DataProtectionHostedService").ToList())
        {
            services.Remove(service);
        }
    }

    /// <summary>Tries the addresses before anything else is started, so that a taken port is known at once and in one line.</summary>
    public static void RequireFreePorts(ServerSettings settings)
    {
        foreach (var url in settings.Urls.Split(';'))
        {
            var address = BindingAddress.Parse(url);
            var host = address.Host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) ? ip : IPAddress.Any;
            using var probe = new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(host, address.Port));
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new StartFailure("port-taken", $"{url} is in use; name another with --urls http://127.0.0.1:PORT");
            }
            catch (SocketException e)
            {
                throw new StartFailure("address-unusable", $"{url}: {e.Message}");
            }
        }
    }

    /// <summary>Listens, and says where.</summary>
    public static async Task ListenAsync(this WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            // Taken between the look and now.
            throw new StartFailure("port-taken", "an address is in use; name another with --urls http://127.0.0.1:PORT");
        }

        Listening(app.Logger, string.Join(", ", app.Urls));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "listening on {Urls}")]
    private static partial void Listening(ILogger logger, string urls);
}

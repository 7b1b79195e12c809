using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Benchmarks.Relays;

/// <summary>Kestrel and nothing else: the bytes of a folder, from memory, by their paths. What a relay is measured against; a process of its own, as the relay is.</summary>
internal static class BareKestrel
{
    /// <summary>The word by which this program is told to be it.</summary>
    public const string Word = "bare-kestrel";

    public static async Task<int> RunAsync(string folder)
    {
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(f => f[folder.Length..], File.ReadAllBytes, StringComparer.Ordinal);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.Run(context =>
        {
            if (!files.TryGetValue(context.Request.Path.Value!, out var bytes))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }

            context.Response.ContentType = "video/iso.segment";
            context.Response.ContentLength = bytes.Length;
            return context.Response.Body.WriteAsync(bytes).AsTask();
        });
        await app.StartAsync();
        Console.WriteLine(app.Urls.Single());
        // Until it is killed.
        await Task.Delay(Timeout.Infinite);
        return 0;
    }
}

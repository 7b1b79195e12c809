using System.Diagnostics;
using LiveLedger.Harness;

namespace LiveLedger.Benchmarks.Relays;

/// <summary>nginx, as this machine has it, on the files of one folder.</summary>
internal static class NginxFile
{
    private static readonly string[] s_places = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"];
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>The program, if it is installed.</summary>
    public static string? Find() => s_places.FirstOrDefault(File.Exists);

    /// <summary>Starts it; it answers when this returns.</summary>
    /// <exception cref="InvalidOperationException">It has ended, or does not answer. The message says what it wrote.</exception>
    public static async Task<(Process Process, Uri Address)> StartAsync(string program, string folder)
    {
        var own = Directory.CreateDirectory(folder + ".nginx").FullName;
        var port = LoopbackPorts.Take();
        var configuration = Path.Combine(own, "nginx.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}} daemon off; pid {{own}}/pid; error_log stderr; worker_processes {{Environment.ProcessorCount}};
            events { worker_connections 256; }
            http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; client_body_temp_path {{own}}/body; proxy_temp_path {{own}}/proxy; fastcgi_temp_path {{own}}/fastcgi;
            uwsgi_temp_path {{own}}/uwsgi; scgi_temp_path {{own}}/scgi; server { listen 127.0.0.1:{{port}}; root {{folder}}; } }
            """);
        var process = Process.Start(new ProcessStartInfo(program, ["-e", "stderr", "-p", own, "-c", configuration]) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEndAsync();
        var address = new Uri($"http://127.0.0.1:{port}");
        using var http = new HttpClient { BaseAddress = address };
        for (var watch = Stopwatch.StartNew(); !process.HasExited && watch.Elapsed < s_patience;)
        {
            try
            {
                // Any answer, were it 403: there is no index.
                using var answer = await http.GetAsync("/");
                return (process, address);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50);
            }
        }

        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        throw new InvalidOperationException($"{program} does not answer: {await said}");
    }
}

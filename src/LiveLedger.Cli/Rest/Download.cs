using System.Net;

namespace LiveLedger.Cli.Rest;

/// <summary>Fetches from servers that are not trusted: every length is bounded.</summary>
internal static class Download
{
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(30);

    /// <summary>Reads a body of at most <paramref name="limit"/> bytes.</summary>
    /// <exception cref="CommandFailure">The network failed, or the body is longer.</exception>
    internal static async Task<byte[]> BodyAsync(HttpResponseMessage response, int limit, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength > limit)
        {
            throw TooLong(response, limit);
        }

        using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        using var body = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellation)) > 0)
        {
            if (body.Length + read > limit)
            {
                throw TooLong(response, limit);
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    /// <summary>Copies a body of at most <paramref name="limit"/> bytes; a sender that falls silent for half a minute is given up.</summary>
    /// <exception cref="CommandFailure">It is longer, or silent.</exception>
    internal static async Task CopyAsync(Stream body, Stream to, long limit, Action<long> progress, CancellationToken cancellation)
    {
        var buffer = new byte[256 * 1024];
        var copied = 0L;
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        while (true)
        {
            silence.CancelAfter(s_silence);
            int read;
            try
            {
                read = await body.ReadAsync(buffer, silence.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new CommandFailure($"nothing more came for {s_silence.TotalSeconds:0} seconds");
            }

            if (read == 0)
            {
                return;
            }

            copied += read;
            if (copied > limit)
            {
                throw new CommandFailure($"the answer is longer than {limit} bytes");
            }

            await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
            progress(copied);
        }
    }

    /// <summary>Gets a resource; null where there is none (404).</summary>
    internal static async Task<byte[]?> TryGetAsync(HttpClient http, Uri address, int limit, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }

            return response.IsSuccessStatusCode
                ? await BodyAsync(response, limit, cancellation)
                : throw new CommandFailure($"{address} answered {(int)response.StatusCode}");
        }
        catch (Exception e) when (IsNetwork(e, cancellation))
        {
            throw new CommandFailure($"cannot fetch {address}: {e.Message}");
        }
    }

    /// <summary>Gets a resource that must be there.</summary>
    internal static async Task<byte[]> GetAsync(HttpClient http, Uri address, int limit, CancellationToken cancellation) =>
        await TryGetAsync(http, address, limit, cancellation) ?? throw new CommandFailure($"{address} answered 404: there is nothing there");

    /// <summary>True for what the network does to us, a timeout included, and false for our own wish to stop.</summary>
    internal static bool IsNetwork(Exception e, CancellationToken cancellation) =>
        e is HttpRequestException or IOException || (e is TaskCanceledException && !cancellation.IsCancellationRequested);

    private static CommandFailure TooLong(HttpResponseMessage response, int limit) =>
        new($"{response.RequestMessage?.RequestUri} is longer than {limit} bytes");
}

using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using LiveLedger.Relay.Objects;

namespace LiveLedger.Relay.Upstream;

/// <summary>Fetches objects from the origin or from another relay, which is trusted for nothing: lengths, times and the number of fetches are bounded here, what came is judged by who asked.</summary>
internal sealed class UpstreamSource : IDisposable
{
    // A segment has up to 64 MiB: so many are in memory beside the cache at most.
    private const int MaxFetches = 16;
    private const int MaxWaiting = 1024;

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly Uri _root;
    private readonly RelayCounters _counters;
    private readonly SemaphoreSlim _room = new(MaxFetches, MaxFetches);
    private int _waiting;

    /// <param name="root">The origin's or relay's address; <c>/live/…</c> is below it.</param>
    /// <param name="counters">Are told.</param>
    public UpstreamSource(Uri root, RelayCounters counters)
    {
        _root = root.AbsoluteUri.EndsWith('/') ? root : new(root.AbsoluteUri + "/");
        _counters = counters;
        _http = new(new SocketsHttpHandler
        {
            // Wherever a redirect leads was not chosen by the operator.
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxConnectionsPerServer = MaxFetches,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Asks for an object.</summary>
    /// <param name="name">Which.</param>
    /// <param name="limit">Most bytes that it can have.</param>
    /// <param name="pastCaches">True to have caches on the way ask again (RFC 9111 §5.2.1.4).</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<UpstreamAnswer> GetAsync(ObjectName name, int limit, bool pastCaches, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return UpstreamAnswer.Of(UpstreamOutcome.Busy);
        }

        try
        {
            await _room.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        try
        {
            var answer = await AskAsync(name, limit, pastCaches, cancellation);
            _counters.CountFetch(answer.Bytes.Length);
            return answer;
        }
        finally
        {
            _room.Release();
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _room.Dispose();
    }

    private async Task<UpstreamAnswer> AskAsync(ObjectName name, int limit, bool pastCaches, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(Silence);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_root, $"live/{name}"));
            if (pastCaches)
            {
                request.Headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
            }

            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => await ReadAsync(response, limit, silence),
                HttpStatusCode.NotFound => UpstreamAnswer.Of(UpstreamOutcome.Absent),
                HttpStatusCode.Gone => UpstreamAnswer.Of(UpstreamOutcome.TakenDown),
                _ => UpstreamAnswer.Of(UpstreamOutcome.Failed),
            };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return UpstreamAnswer.Of(UpstreamOutcome.Silent);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return UpstreamAnswer.Of(UpstreamOutcome.Failed);
        }
    }

    private static async Task<UpstreamAnswer> ReadAsync(HttpResponseMessage response, int limit, CancellationTokenSource silence)
    {
        if (response.Content.Headers.ContentLength is { } stated)
        {
            return stated > limit ? UpstreamAnswer.Of(UpstreamOutcome.TooLong) : await ReadExactlyAsync(response, (int)stated, silence);
        }

        // Without a length: one byte more than it can have says that it is too long.
        var buffer = ArrayPool<byte>.Shared.Rent(limit + 1);
        try
        {
            var length = await FillAsync(response, buffer.AsMemory(0, limit + 1), silence);
            return length > limit ? UpstreamAnswer.Of(UpstreamOutcome.TooLong) : new(UpstreamOutcome.Bytes, buffer[..length]);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<UpstreamAnswer> ReadExactlyAsync(HttpResponseMessage response, int length, CancellationTokenSource silence)
    {
        var bytes = new byte[length];
        return await FillAsync(response, bytes, silence) == length ? new(UpstreamOutcome.Bytes, bytes) : UpstreamAnswer.Of(UpstreamOutcome.Failed);
    }

    private static async Task<int> FillAsync(HttpResponseMessage response, Memory<byte> room, CancellationTokenSource silence)
    {
        await using var body = await response.Content.ReadAsStreamAsync(silence.Token);
        var length = 0;
        while (length < room.Length)
        {
            var read = await body.ReadAsync(room[length..], silence.Token);
            if (read == 0)
            {
                break;
            }

            length += read;
            silence.CancelAfter(Silence);
        }

        return length;
    }
}

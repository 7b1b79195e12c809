using Microsoft.Extensions.Logging;

namespace LiveLedger.ChainNodes;

/// <summary>Puts questions to the first node that works, and to others if it does not.</summary>
internal sealed partial class ChainEndpoints : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly ChainNodeOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HttpClient _http;
    private readonly RpcEndpoint[] _endpoints;

    public ChainEndpoints(ChainNodeOptions options, TimeProvider time, ILogger log)
    {
        ArgumentOutOfRangeException.ThrowIfZero(options.Nodes.Count);
        (_options, _time, _log) = (options, time, log);

        // Redirections would carry what opens a node elsewhere, and compressed answers would outgrow their bound.
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 16,
            ActivityHeadersPropagator = null,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _endpoints = [.. options.Nodes.Select(n => new RpcEndpoint(n, options, _http, time))];
    }

    /// <summary>All of them, in the order of the settings.</summary>
    public IReadOnlyList<RpcEndpoint> All => _endpoints;

    /// <summary>Asks; the answers in the order of the calls.</summary>
    /// <exception cref="ChainException">Nobody answers, or the node says no.</exception>
    public async Task<T[]> AskAsync<T>(ReadOnlyMemory<RpcCall<T>> calls, CancellationToken cancel)
    {
        if (calls.IsEmpty)
        {
            return [];
        }

        var once = false;
        foreach (var call in calls.Span)
        {
            once |= call.Once;
        }

        using var limit = new CancellationTokenSource(_options.Limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        var problems = new Dictionary<RpcEndpoint, ChainException>();
        try
        {
            for (var round = 0; round < (once ? 1 : _options.Rounds); round++)
            {
                if (round > 0)
                {
                    // With jitter, so that those that a node dropped together do not come back together.
                    await Task.Delay(s_pause * Math.Pow(2, round - 1) * (0.5 + Random.Shared.NextDouble()), _time, either.Token);
                }

                foreach (var endpoint in InOrder())
                {
                    try
                    {
                        return await TryAsync(endpoint, calls, either.Token);
                    }
                    catch (ChainException e) when (e.OfTheNode && (!once || e.NotAsked))
                    {
                        problems[endpoint] = e;
                        if (e.TooLarge)
                        {
                            throw;
                        }
                    }
                }
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            if (problems.Count == 0)
            {
                throw new ChainException(ChainException.Timeout, $"no node has answered within {_options.Limit.TotalSeconds:0.#} s");
            }
        }

        throw Told(problems);
    }

    public void Dispose() => _http.Dispose();

    private async Task<T[]> TryAsync<T>(RpcEndpoint endpoint, ReadOnlyMemory<RpcCall<T>> calls, CancellationToken cancel)
    {
        try
        {
            await endpoint.VerifyAsync(cancel);
            var answers = await endpoint.AskAsync(calls, cancel);
            Worked(endpoint);
            return answers;
        }
        catch (ChainException e) when (e.OfTheNode && !e.TooLarge)
        {
            LogRests(endpoint.Address.Name, endpoint.Failed(e), e.Code, e.Detail);
            throw;
        }
        catch (ChainException)
        {
            // A no is an answer.
            Worked(endpoint);
            throw;
        }
    }

    private void Worked(RpcEndpoint endpoint)
    {
        if (endpoint.Worked())
        {
            LogBack(endpoint.Address.Name);
        }
    }

    // Those that rest come last, and are asked all the same: better than nobody.
    private IEnumerable<RpcEndpoint> InOrder()
    {
        var now = _time.GetUtcNow();
        return _endpoints.Select((e, place) => (Endpoint: e, Rests: e.RestsUntil, Place: place))
            .OrderBy(e => e.Rests > now ? e.Rests : DateTimeOffset.MinValue).ThenBy(static e => e.Place).Select(static e => e.Endpoint).ToArray();
    }

    // The first node is the one that the operator means to be asked: its trouble gives the name, and the others' are told with it.
    private ChainException Told(Dictionary<RpcEndpoint, ChainException> problems)
    {
        var told = _endpoints.Where(problems.ContainsKey).Select(e => problems[e]).ToArray();
        return new(told[0].Code, string.Join("; ", told.Select(static p => p.Detail)), told[0]) { NotAsked = told.All(static p => p.NotAsked), TooLarge = told[0].TooLarge };
    }

    [LoggerMessage(LogLevel.Warning, "the chain's node {node} rests for {rest}: {code}, {reason}")]
    private partial void LogRests(string node, TimeSpan rest, string code, string reason);

    [LoggerMessage(LogLevel.Information, "the chain's node {node} is back")]
    private partial void LogBack(string node);
}

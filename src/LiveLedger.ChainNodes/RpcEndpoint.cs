using System.Net;
using System.Net.Http.Headers;
using LiveLedger.Chain;

namespace LiveLedger.ChainNodes;

/// <summary>One node: asks it, and remembers whether it works, on which chain it is, and whether it takes batches.</summary>
internal sealed class RpcEndpoint(NodeAddress address, ChainNodeOptions options, HttpClient http, TimeProvider time)
{
    private readonly Lock _gate = new();
    private DateTimeOffset _restsUntil = DateTimeOffset.MinValue;
    private DateTimeOffset _believedUntil = DateTimeOffset.MinValue;
    private int _failures;
    private DateTimeOffset _singleUntil = DateTimeOffset.MinValue;
    private long _id;

    public NodeAddress Address => address;

    /// <summary>Until when it is asked last.</summary>
    public DateTimeOffset RestsUntil
    {
        get
        {
            lock (_gate)
            {
                return _restsUntil;
            }
        }
    }

    /// <summary>It answered.</summary>
    /// <returns>True if it had failed before.</returns>
    public bool Worked()
    {
        lock (_gate)
        {
            var back = _failures > 0;
            (_failures, _restsUntil) = (0, DateTimeOffset.MinValue);
            return back;
        }
    }

    /// <summary>It failed, and rests. What comes back may be another node.</summary>
    public TimeSpan Failed(ChainException problem)
    {
        lock (_gate)
        {
            var rest = options.Rest * Math.Pow(2, Math.Min(_failures++, 10));
            rest = problem.Rest is { } asked && asked > rest ? asked : rest;
            rest = rest < options.LongestRest ? rest : options.LongestRest;
            (_restsUntil, _believedUntil) = (time.GetUtcNow() + rest, DateTimeOffset.MinValue);
            return rest;
        }
    }

    /// <summary>Makes sure that it is a node of the chain.</summary>
    /// <exception cref="ChainException">It is not, or does not say.</exception>
    public async Task VerifyAsync(CancellationToken cancel)
    {
        lock (_gate)
        {
            if (!options.AsksChain || time.GetUtcNow() < _believedUntil)
            {
                return;
            }
        }

        var chain = await ChainAsync(cancel);
        if (chain != options.Chain)
        {
            throw new ChainException(ChainException.WrongId, $"the node {address} is of chain {chain}, not {options.Chain}") { NotAsked = true };
        }

        lock (_gate)
        {
            _believedUntil = time.GetUtcNow() + options.BelieveChain;
        }
    }

    /// <summary>The chain it says it is of.</summary>
    public async Task<ChainId> ChainAsync(CancellationToken cancel)
    {
        try
        {
            return (await AskAsync<ChainId>(new RpcCall<ChainId>[] { new("eth_chainId", [], static e => new((ulong)e.Quantity(ulong.MaxValue))) }, cancel))[0];
        }
        catch (ChainException e) when (!e.OfTheNode)
        {
            throw new ChainException(ChainException.Unreachable, $"the node {address} does not say which chain it is of: {e.Error!.Message}") { NotAsked = true };
        }
        catch (ChainException e)
        {
            throw new ChainException(e.Code, e.Detail, e) { NotAsked = true, Rest = e.Rest };
        }
    }

    /// <summary>Asks, in as few exchanges as it takes.</summary>
    public async Task<T[]> AskAsync<T>(ReadOnlyMemory<RpcCall<T>> calls, CancellationToken cancel)
    {
        var answers = new List<T>(calls.Length);
        var single = IsSingle;
        while (answers.Count < calls.Length)
        {
            var batch = !single && calls.Length > 1;
            var part = calls.Slice(answers.Count, batch ? Math.Min(options.MaxBatch, calls.Length - answers.Count) : 1);
            try
            {
                answers.AddRange(await ExchangeAsync(part, batch, cancel));
            }
            catch (BatchRefusedException)
            {
                single = true;
            }
        }

        // Only now: a node may refuse a batch for what one of its questions asks, as it refuses that alone.
        if (single && !IsSingle)
        {
            lock (_gate)
            {
                _singleUntil = time.GetUtcNow() + options.BelieveChain;
            }
        }

        return [.. answers];
    }

    // For a while: behind one address there may be another node tomorrow.
    private bool IsSingle
    {
        get
        {
            lock (_gate)
            {
                return time.GetUtcNow() < _singleUntil;
            }
        }
    }

    private async Task<T[]> ExchangeAsync<T>(ReadOnlyMemory<RpcCall<T>> calls, bool batch, CancellationToken cancel)
    {
        var first = Interlocked.Add(ref _id, calls.Length) - calls.Length + 1;
        var (status, body, rest) = await PostAsync(RpcRequest.Write(calls.Span, first, batch), cancel);
        if (status is not HttpStatusCode.OK)
        {
            Refuse(status, body, first, batch, rest);
        }

        var results = RpcAnswers.Read(body, first, calls.Length, batch, address);
        var read = new T[results.Length];
        for (var i = 0; i < read.Length; i++)
        {
            read[i] = calls.Span[i].Read(results[i]);
        }

        return read;
    }

    // Some nodes send their errors under a status that is one, too; then what they say counts.
    private void Refuse(HttpStatusCode status, byte[] body, long first, bool batch, TimeSpan? rest)
    {
        if (status is not (HttpStatusCode.TooManyRequests or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) && body is [(byte)'{', ..] or [(byte)'[', ..])
        {
            try
            {
                RpcAnswers.Read(body, first, 1, batch: false, address);
            }
            catch (ChainException e) when (!e.OfTheNode && !batch)
            {
                throw;
            }
            catch (ChainException)
            {
                // Then it is the status that is said.
            }
        }

        if (batch && status is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented)
        {
            throw new BatchRefusedException(new HttpRequestException($"{(int)status}"));
        }

        throw new ChainException(ChainException.Unreachable, $"the node {address} answers {(int)status}")
        {
            Rest = rest,
            TooLarge = status == HttpStatusCode.RequestEntityTooLarge,
        };
    }

    private async Task<(HttpStatusCode Status, byte[] Body, TimeSpan? Wait)> PostAsync(byte[] body, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(options.Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        using var request = new HttpRequestMessage(HttpMethod.Post, address.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = address.Authorization;
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return (answer.StatusCode, await BoundedAsync(answer, either.Token), answer.Headers.RetryAfter?.Delta);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ChainException(ChainException.Timeout, $"the node {address} does not answer within {options.Patience.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException e)
        {
            throw new ChainException(ChainException.Unreachable, $"the node {address} cannot be asked: {InWords(e.HttpRequestError)}", e) { NotAsked = NeverArrived(e.HttpRequestError) };
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or NotSupportedException or FormatException)
        {
            throw new ChainException(ChainException.Unreachable, $"the node {address} cannot be asked: what it answers breaks off", e);
        }
    }

    private async Task<byte[]> BoundedAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        if (answer.Content.Headers.ContentLength > options.MaxAnswer)
        {
            throw Huge();
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(cancel);
        using var body = new MemoryStream();
        var piece = new byte[16 * 1024];
        while (await stream.ReadAsync(piece, cancel) is > 0 and var read)
        {
            body.Write(piece, 0, read);
            if (body.Length > options.MaxAnswer)
            {
                throw Huge();
            }
        }

        return body.ToArray();
    }

    private ChainException Huge() => new(ChainException.Malformed, $"what the node {address} answers has more than {options.MaxAnswer} bytes") { TooLarge = true };

    private static bool NeverArrived(HttpRequestError error) => error is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError;

    private static string InWords(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => "its name is not found",
        HttpRequestError.ConnectionError => "no connection",
        HttpRequestError.SecureConnectionError => "no TLS, or a certificate that does not hold",
        HttpRequestError.ResponseEnded => "what it answers breaks off",
        HttpRequestError.ConfigurationLimitExceeded => "its answer's headers are too long",
        _ => "what it answers is no HTTP",
    };
}

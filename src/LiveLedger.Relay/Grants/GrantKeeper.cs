using System.Text.Json;
using LiveLedger.Media;
using LiveLedger.Relay.Platforms;

namespace LiveLedger.Relay.Grants;

/// <summary>The relay's grant as the server has it: what there is to carry, and whether it is granted at all. Asked for now and then, and at once when something says that it has ended.</summary>
internal sealed class GrantKeeper(ServerApi server, TimeProvider time)
{
    private const int MaxBroadcasts = 1000;

    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _soon = new(0, 1);
    private readonly TaskCompletionSource<string> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>True once the server has answered.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>The broadcast that the grant is for; null for all.</summary>
    public BroadcastId? Broadcast { get; private set; }

    /// <summary>Why the server could not be asked; null while it can.</summary>
    public string? Failure { get; private set; }

    /// <summary>Done, with what to tell the operator, when there is no grant any more.</summary>
    public Task<string> Over => _over.Task;

    /// <summary>Told of the broadcasts that are live.</summary>
    public Action<IReadOnlyList<BroadcastId>> Told { get; set; } = static _ => { };

    /// <summary>Asks soon: an admission was refused, or revoked.</summary>
    public void Doubt()
    {
        try
        {
            _soon.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is asked soon already.
        }
    }

    /// <summary>Asks again and again, until the grant is over.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!await IsOverAsync(stopping))
        {
            await Task.Delay(Least, time, stopping);
            await _soon.WaitAsync(Pace - Least, stopping);
        }
    }

    // A token that was good once is not given up for a server that has lost its keys: that may be mended. A grant that was withdrawn does not come back.
    private async Task<bool> IsOverAsync(CancellationToken stopping)
    {
        try
        {
            await AskAsync(stopping);
            Failure = null;
        }
        catch (ServerFailure failure)
        {
            Failure = failure.Message;
            var said = failure.Code switch
            {
                "grant-ended" => "the relay's grant was withdrawn",
                "token-invalid" or "token-expired" when !IsKnown => "the token is no relay's, or not this server's",
                _ => null,
            };
            return said is not null && _over.TrySetResult($"{said}: {failure.Message}");
        }

        return false;
    }

    private async Task AskAsync(CancellationToken cancellation)
    {
        using var answer = await server.GetOwnAsync("v1/relay", cancellation);
        try
        {
            var told = answer.RootElement;
            var live = new List<BroadcastId>();
            foreach (var text in told.GetProperty("broadcasts").EnumerateArray().Take(MaxBroadcasts))
            {
                live.Add(Read(text));
            }

            Broadcast = told.GetProperty("relay").TryGetProperty("broadcast", out var one) && one.ValueKind != JsonValueKind.Null ? Read(one) : null;
            IsKnown = true;
            Told(live);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ServerFailure("the server's answer is not what was asked for", null, e);
        }
    }

    private static BroadcastId Read(JsonElement text) => BroadcastId.TryParse(text.GetString(), out var id) ? id : throw new FormatException("no broadcast's id");
}

using System.Text.Json;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;
using LiveLedger.Peering.Admissions;

namespace LiveLedger.Relay.Platforms;

/// <summary>What admissions are judged by: the platform's name, its public keys and its clock. Asked for anew now and then; while the server is away the last answer is good on.</summary>
internal sealed class Platform(ServerApi server, TimeProvider time)
{
    private const int MaxKeys = 32;

    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AfterUnknownKey = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _soon = new(0, 1);
    private volatile Known? _known;
    private TimeSpan _ahead;

    public string? Issuer => _known?.Issuer;

    public IReadOnlyCollection<Ed25519PublicKey> Keys => _known?.Keys ?? [];

    /// <summary>Null until the platform has answered once.</summary>
    public AdmissionVerifier? Verifier => _known?.Verifier;

    /// <summary>The platform's time, as far as known.</summary>
    public DateTimeOffset Now => time.GetUtcNow() + _ahead;

    /// <summary>An admission was refused. A key that is not known may be a new one.</summary>
    public void Refused(AdmissionRefusal refusal)
    {
        if (refusal == AdmissionRefusal.UnknownKey && _soon.CurrentCount == 0)
        {
            try
            {
                _soon.Release();
            }
            catch (SemaphoreFullException)
            {
                // Another said so at the same moment.
            }
        }
    }

    /// <summary>Takes the platform's clock from an answer of its.</summary>
    public void Heard(long serverTime)
    {
        if (serverTime is > 0 and < 253_402_300_799_000)
        {
            _ahead = DateTimeOffset.FromUnixTimeMilliseconds(serverTime) - time.GetUtcNow();
        }
    }

    /// <summary>Asks once.</summary>
    /// <exception cref="ServerFailure">No answer, or not what was asked for.</exception>
    public async Task AskAsync(CancellationToken cancellation)
    {
        using var platform = await server.GetAsync("v1/admissions", cancellation);
        using var set = await server.GetAsync(".well-known/jwks.json", cancellation);
        try
        {
            var issuer = platform.RootElement.GetProperty("issuer").GetString();
            var keys = new List<Ed25519PublicKey>();
            foreach (var jwk in set.RootElement.GetProperty("keys").EnumerateArray().Take(MaxKeys))
            {
                // A key of another kind is not for admissions.
                if (Jwk.TryParse(System.Text.Encoding.UTF8.GetBytes(jwk.GetRawText()), out var key))
                {
                    keys.Add(key);
                }
            }

            if (issuer is not { Length: > 0 and <= Admission.MaxIssuerLength } || keys.Count == 0)
            {
                throw new ServerFailure("the server's answer names no platform, or no key", null);
            }

            Heard(platform.RootElement.GetProperty("serverTime").GetInt64());
            _known = new(issuer, keys, new(issuer, keys));
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ServerFailure("the server's answer is not what was asked for", null, e);
        }
    }

    /// <summary>Asks again and again.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            TimeSpan wait;
            try
            {
                await AskAsync(stopping);
                wait = BetweenQuestions;
            }
            catch (ServerFailure)
            {
                wait = _known is null ? AfterFailure : AfterUnknownKey;
            }

            await Task.Delay(wait < AfterUnknownKey ? wait : AfterUnknownKey, time, stopping);
            await _soon.WaitAsync(wait < AfterUnknownKey ? TimeSpan.Zero : wait - AfterUnknownKey, stopping);
        }
    }

    private sealed record Known(string Issuer, IReadOnlyList<Ed25519PublicKey> Keys, AdmissionVerifier Verifier);
}

using System.Buffers;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Links;
using LiveLedger.Peering.Proofs;
using LiveLedger.Relay.Links;

namespace LiveLedger.Relay.Platforms;

/// <summary>Keeps the relay admitted to one broadcast: asks with the grant's token and a proof of the key, and again in time.</summary>
internal sealed class AdmissionKeeper(RelaySwarm swarm, ServerApi server, Ed25519PrivateKey key, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _soon = new(0, 1);

    /// <summary>Why there is no admission, or none newer; null while all is well.</summary>
    public string? Failure { get; private set; }

    /// <summary>Told when the server refuses one.</summary>
    public Action Refused { get; set; } = static () => { };

    /// <summary>Asks soon: the admission there is was revoked.</summary>
    public void AskSoon()
    {
        try
        {
            _soon.Release();
        }
        catch (SemaphoreFullException)
        {
            // It asks soon already.
        }
    }

    /// <summary>Asks once. How long until the next is due.</summary>
    /// <exception cref="ServerFailure">There is no admission.</exception>
    public async Task<TimeSpan> AskAsync(CancellationToken cancellation)
    {
        if (swarm.Platform.Issuer is not { } issuer || swarm.Platform.Verifier is not { } verifier)
        {
            throw new ServerFailure("the platform's keys are not known yet", null);
        }

        using var answer = await server.PostAsync("v1/admissions", Request(issuer), cancellation);
        try
        {
            var told = answer.RootElement;
            swarm.Platform.Heard(told.GetProperty("serverTime").GetInt64());
            var token = told.GetProperty("admission").GetString() ?? "";
            // The server's word too: what other peers would refuse is none.
            var refusal = verifier.Verify(token, swarm.Broadcast.Id, swarm.Platform.Now, out var admission);
            if (admission is null || admission.Key != key.PublicKey)
            {
                swarm.Platform.Refused(refusal);
                throw new ServerFailure($"the server's admission is not good ({refusal})", null);
            }

            if (swarm.Broadcast.Identity is { } identity && identity != admission.Identity)
            {
                throw new ServerFailure("the server's admission names another broadcaster than --identity, or than before", null);
            }

            // It has whole seconds: one of the second in which another was revoked is void with it.
            if (swarm.Revocations.Covers(admission))
            {
                throw new ServerFailure("the server's admission is revoked", null);
            }

            swarm.Admit(new LinkSelf(key, token, admission));
            var longest = (admission.ExpiresAt - swarm.Platform.Now) * 0.8;
            var due = told.TryGetProperty("renewAfter", out var after) && after.TryGetDouble(out var seconds) && seconds is > 0 and < 600 ? TimeSpan.FromSeconds(seconds) : longest / 2;
            return due < longest ? due : longest;
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ServerFailure("the server's answer is not what was asked for", null, e);
        }
    }

    /// <summary>Asks again and again.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var pause = FirstPause;
        while (true)
        {
            TimeSpan wait;
            try
            {
                wait = await AskAsync(stopping);
                (pause, Failure) = (FirstPause, null);
            }
            catch (ServerFailure failure)
            {
                Failure = failure.Message;
                if (failure.Code is not null)
                {
                    Refused();
                }

                wait = pause;
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }

            await Task.Delay(FirstPause, time, stopping);
            await _soon.WaitAsync(wait > FirstPause ? wait - FirstPause : TimeSpan.Zero, stopping);
        }
    }

    private byte[] Request(string issuer)
    {
        var (at, nonce) = (swarm.Platform.Now, Nonce.New());
        var proof = new byte[Ed25519PublicKey.SignatureLength];
        key.Sign(PossessionProof.RequestBytes(issuer, swarm.Broadcast.Id, key.PublicKey, at, nonce), proof);
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("broadcast", swarm.Broadcast.Id.ToString());
            json.WriteString("key", StrictBase64Url.Encode(key.PublicKey.Value.ToArray()));
            json.WriteNumber("time", at.ToUnixTimeMilliseconds());
            json.WriteString("nonce", StrictBase64Url.Encode(nonce.Value.ToArray()));
            json.WriteString("proof", StrictBase64Url.Encode(proof));
            json.WriteEndObject();
        }

        return body.WrittenSpan.ToArray();
    }
}

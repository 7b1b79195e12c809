using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LiveLedger.Chain;
using LiveLedger.Chain.SignIn;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Ledger.Schema;
using LiveLedger.Media;

namespace LiveLedger.Anchoring.Wallets;

/// <summary>What a wallet signs in for.</summary>
internal enum SignInPurpose
{
    /// <summary>To watch, by the tickets in it.</summary>
    Watching,

    /// <summary>To own broadcasts, as an account's wallet.</summary>
    Owning,
}

/// <summary>
/// Asks wallets who they are, and checks what they answer (ERC-4361), without asking a node. The nonce says when it was given, for which broadcast, wallet and purpose,
/// under a secret of the broadcast: so nothing is stored until an answer is good, and then it is used up for all servers.
/// </summary>
internal sealed class SignInDesk(LedgerDatabase database, AnchoringLinks links, ChainId chain, TimeProvider time)
{
    private const int RandomLength = 12;
    private const int MacLength = 16;
    private const int NonceLength = 2 * (sizeof(uint) + RandomLength + MacLength);

    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(10);
    private static readonly Refusal s_invalid = new(401, "sign-in-invalid", "This is no answer to a request of ours for this page, or the signature is another wallet's.");
    private static readonly Refusal s_late = new(401, "sign-in-expired", "The request was answered too late; ask for another.");
    private static readonly Refusal s_used = new(401, "sign-in-used", "This answer was given before; ask for another request.");
    private static readonly string s_use = Sql.Load(typeof(SignInDesk).Assembly, "Wallets/use_nonce.sql");

    /// <summary>The message for a wallet to sign.</summary>
    /// <param name="broadcast">For which broadcast.</param>
    /// <param name="purpose">What for.</param>
    /// <param name="wallet">Whose answer is asked for.</param>
    /// <param name="site">Our address, without a trailing slash.</param>
    public (string Message, DateTimeOffset ExpiresAt) Ask(BroadcastId broadcast, SignInPurpose purpose, Address wallet, Uri site)
    {
        // Whole seconds: what is written into the nonce is what is read from it.
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var message = new SignInMessage
        {
            Domain = site.Authority,
            Address = wallet,
            Statement = purpose == SignInPurpose.Watching ? "Watch with the tickets in this wallet. This costs nothing and sends no transaction." : "Let my account own broadcasts by this wallet. This costs nothing and sends no transaction.",
            Uri = UriOf(broadcast, purpose, site),
            Chain = chain,
            Nonce = NonceOf(broadcast, purpose, wallet, now, RandomNumberGenerator.GetBytes(RandomLength)),
            IssuedAt = now,
            ExpirationTime = now + s_lifetime,
        };
        return message.TryFormat(out var text) ? (text, now + s_lifetime) : throw new RefusedException(s_invalid);
    }

    /// <summary>The wallet that has answered, once for each request.</summary>
    /// <exception cref="RefusedException">The answer will not do.</exception>
    /// <exception cref="LedgerUnavailableException">The database is away; answer again.</exception>
    public async Task<Address> TakeAsync(BroadcastId broadcast, SignInPurpose purpose, string? message, string? signature, Uri site, CancellationToken cancel)
    {
        if (message is null || message.Length > SignInMessage.MaxLength || !SignInMessage.TryParse(Encoding.UTF8.GetBytes(message), out var read)
            || !HexText.TryRead(signature, 65, out var signed) || !IsOurs(broadcast, purpose, read))
        {
            throw new RefusedException(s_invalid);
        }

        var now = time.GetUtcNow();
        var verdict = new SignInCheck
        {
            Scheme = site.Scheme,
            Domain = site.Authority,
            Uri = UriOf(broadcast, purpose, site),
            Chain = chain,
            Nonce = read.Nonce,
            MaxAge = s_lifetime,
        }.Verify(Encoding.UTF8.GetBytes(message), signed, now);
        if (verdict.Account is not { } account)
        {
            throw new RefusedException(verdict.Result is SignInResult.Expired or SignInResult.IssuedLongAgo ? s_late : s_invalid);
        }

        return await UseAsync(read.Nonce, now, cancel) ? account : throw new RefusedException(s_used);
    }

    private Task<bool> UseAsync(string nonce, DateTimeOffset now, CancellationToken cancel) => LedgerUnavailableException.GuardAsync(async () =>
    {
        await using var command = database.Source.CreateCommand(s_use);
        // Kept a while longer than any clock takes it.
        foreach (var value in (object[])[nonce, now + 3 * s_lifetime, now])
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteNonQueryAsync(cancel) == 1;
    });

    private bool IsOurs(BroadcastId broadcast, SignInPurpose purpose, SignInMessage message) =>
        message.Nonce.Length == NonceLength && uint.TryParse(message.Nonce.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var seconds)
        && HexText.TryRead("0x" + message.Nonce[8..(8 + 2 * RandomLength)], RandomLength, out var random) && message.IssuedAt.ToUnixTimeSeconds() == seconds
        && CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(message.Nonce), Encoding.ASCII.GetBytes(NonceOf(broadcast, purpose, message.Address, DateTimeOffset.FromUnixTimeSeconds(seconds), random)));

    private string NonceOf(BroadcastId broadcast, SignInPurpose purpose, Address wallet, DateTimeOffset at, ReadOnlySpan<byte> random)
    {
        Span<byte> key = stackalloc byte[32];
        Span<byte> given = stackalloc byte[sizeof(uint) + RandomLength + 1 + Address.Length];
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt32BigEndian(given, (uint)at.ToUnixTimeSeconds());
        random.CopyTo(given[sizeof(uint)..]);
        given[sizeof(uint) + RandomLength] = (byte)purpose;
        wallet.CopyTo(given[(sizeof(uint) + RandomLength + 1)..]);
        try
        {
            links.DeriveSecret(broadcast, "liveledger sign-in v1", key);
            HMACSHA256.HashData(key, given, mac);
            return Convert.ToHexStringLower(given[..(sizeof(uint) + RandomLength)]) + Convert.ToHexStringLower(mac[..MacLength]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static string UriOf(BroadcastId broadcast, SignInPurpose purpose, Uri site) =>
        $"{site.GetLeftPart(UriPartial.Authority)}{(purpose == SignInPurpose.Watching ? $"/watch/{broadcast}" : $"/studio/{broadcast}")}";
}

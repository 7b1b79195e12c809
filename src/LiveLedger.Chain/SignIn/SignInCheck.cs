using LiveLedger.Chain.Secp256k1;

namespace LiveLedger.Chain.SignIn;

/// <summary>What a sign-in came to.</summary>
public enum SignInResult
{
    /// <summary>Never given; so that no forgotten assignment reads as a sign-in.</summary>
    Unknown = 0,

    /// <summary>The account's key signed this message, which is the one that was asked for, in time.</summary>
    Valid,

    /// <summary>The text is no sign-in message.</summary>
    MessageMalformed,

    /// <summary>The page that asked was reached otherwise.</summary>
    WrongScheme,

    /// <summary>Another page asked: what it got is worth nothing here.</summary>
    WrongDomain,

    /// <summary>It is for something else.</summary>
    WrongUri,

    /// <summary>It names another chain.</summary>
    WrongChain,

    /// <summary>It answers another request.</summary>
    WrongNonce,

    /// <summary>It was made later than now.</summary>
    IssuedInFuture,

    /// <summary>It was made too long ago.</summary>
    IssuedLongAgo,

    /// <summary>Its own time is over.</summary>
    Expired,

    /// <summary>Its own time has not come.</summary>
    NotYetValid,

    /// <summary>The signature has not the form of one.</summary>
    SignatureMalformed,

    /// <summary>No key signed this, or that of another account.</summary>
    WrongSigner,
}

/// <summary>The answer of <see cref="SignInCheck.Verify"/>, with its grounds.</summary>
/// <param name="Result">What it came to.</param>
/// <param name="Message">The message, if it is one; nothing in it is true unless the result is <see cref="SignInResult.Valid"/>.</param>
public sealed record SignInVerdict(SignInResult Result, SignInMessage? Message)
{
    /// <summary>The account that signed in; null unless it is valid.</summary>
    public Address? Account => Result == SignInResult.Valid ? Message?.Address : null;
}

/// <summary>
/// What a page asked for, and whether a wallet answered that. No node is asked: an account whose key is a contract's program (ERC-1271)
/// cannot sign in here.
/// </summary>
public sealed record SignInCheck
{
    /// <summary>Scheme of the page; compared only if the message names one.</summary>
    public string Scheme { get; init; } = "https";

    /// <summary>Host, and port if it is not the scheme's: without it a message that another page got would do.</summary>
    public required string Domain { get; init; }

    /// <summary>What the sign-in is for.</summary>
    public required string Uri { get; init; }

    /// <summary>The chain that our tickets are on.</summary>
    public required ChainId Chain { get; init; }

    /// <summary>Given for this one request; who checks makes sure that it is used once.</summary>
    public required string Nonce { get; init; }

    /// <summary>How long ago a message may have been made.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How far the clock of who made it may be ahead of ours, or behind.</summary>
    public TimeSpan Tolerance { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Checks a message and its signature, both from outside.</summary>
    /// <param name="utf8">The message as it was signed.</param>
    /// <param name="signature">65 bytes.</param>
    /// <param name="now">The time.</param>
    public SignInVerdict Verify(ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> signature, DateTimeOffset now)
    {
        if (!SignInMessage.TryParse(utf8, out var message))
        {
            return new(SignInResult.MessageMalformed, null);
        }

        var result = CheckFields(message) is var fields and not SignInResult.Valid ? fields
            : CheckTimes(message, now) is var times and not SignInResult.Valid ? times
            : !RecoverableSignature.TryParse(signature, out var parsed) ? SignInResult.SignatureMalformed
            : parsed.TryRecover(PersonalMessage.Hash(utf8), out var signer) && signer == message.Address ? SignInResult.Valid
            : SignInResult.WrongSigner;
        return new(result, message);
    }

    private SignInResult CheckFields(SignInMessage message) =>
        message.Scheme is { } scheme && scheme != Scheme ? SignInResult.WrongScheme
        : message.Domain != Domain ? SignInResult.WrongDomain
        : message.Uri != Uri ? SignInResult.WrongUri
        : message.Chain != Chain ? SignInResult.WrongChain
        : message.Nonce != Nonce ? SignInResult.WrongNonce
        : SignInResult.Valid;

    // ERC-4361: "expiration-time" and "not-before" are exact; they are the page's own clock's where the page asked for them.
    private SignInResult CheckTimes(SignInMessage message, DateTimeOffset now) =>
        message.IssuedAt - now > Tolerance ? SignInResult.IssuedInFuture
        : now - message.IssuedAt > MaxAge + Tolerance ? SignInResult.IssuedLongAgo
        : message.ExpirationTime is { } expiration && now >= expiration ? SignInResult.Expired
        : message.NotBefore is { } notBefore && now < notBefore ? SignInResult.NotYetValid
        : SignInResult.Valid;
}

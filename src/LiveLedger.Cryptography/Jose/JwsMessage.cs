using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Cryptography.Jose;

/// <summary>A JWS taken apart: well-formed, but a stranger's word until <see cref="Verify"/> says whose.</summary>
/// <remarks>Not a record: its text form is the type's name, so that no token reaches a log line by accident.</remarks>
public sealed class JwsMessage
{
    private readonly byte[] _signingInput;
    private readonly byte[] _signature;

    internal JwsMessage(string typ, string kid, byte[] payload, byte[] signingInput, byte[] signature)
    {
        Typ = typ;
        Kid = kid;
        Payload = payload;
        _signingInput = signingInput;
        _signature = signature;
    }

    /// <summary>The kind of statement; compare it before anything in <see cref="Payload"/> is used.</summary>
    public string Typ { get; }

    /// <summary>Which key the signer says it used.</summary>
    public string Kid { get; }

    /// <summary>The payload: one JSON object, UTF-8, no repeated members.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>True if <paramref name="key"/> made the signature.</summary>
    public bool Verify(Ed25519PublicKey key) => key.Verify(_signingInput, _signature);
}

using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;
using Microsoft.IdentityModel.Tokens;

namespace LiveLedger.Server.Authentication;

/// <summary>Our Ed25519 public key as IdentityModel sees keys. IdentityModel itself knows no EdDSA; the factory below brings it.</summary>
internal sealed class EdDsaSecurityKey : AsymmetricSecurityKey
{
    public EdDsaSecurityKey(Ed25519PublicKey key)
    {
        Key = key;
        KeyId = JwkThumbprint.Of(key);
        CryptoProviderFactory = new() { CustomCryptoProvider = new EdDsaProvider(), CacheSignatureProviders = false };
    }

    public Ed25519PublicKey Key { get; }

    public override int KeySize => 256;

    [Obsolete("Asked for by the base class; a public key has none.")]
    public override bool HasPrivateKey => false;

    public override PrivateKeyStatus PrivateKeyStatus => PrivateKeyStatus.DoesNotExist;
}

/// <summary>Says to IdentityModel: EdDSA with such a key, and nothing else with it.</summary>
internal sealed class EdDsaProvider : ICryptoProvider
{
    /// <summary>RFC 8037 §3.1.</summary>
    public const string Algorithm = "EdDSA";

    public bool IsSupportedAlgorithm(string algorithm, params object[] args) => algorithm == Algorithm && args is [EdDsaSecurityKey, ..];

    public object Create(string algorithm, params object[] args) => IsSupportedAlgorithm(algorithm, args)
        ? new EdDsaVerifier((EdDsaSecurityKey)args[0])
        : throw new NotSupportedException("only EdDSA with an Ed25519 key");

    public void Release(object cryptoInstance) => (cryptoInstance as IDisposable)?.Dispose();

    private sealed class EdDsaVerifier(EdDsaSecurityKey key) : SignatureProvider(key, EdDsaProvider.Algorithm)
    {
        // Tokens are signed by TokenIssuer, never through IdentityModel.
        public override byte[] Sign(byte[] input) => throw new NotSupportedException("this provider only verifies");

        public override bool Verify(byte[] input, byte[] signature) => key.Key.Verify(input, signature);

        protected override void Dispose(bool disposing)
        {
        }
    }
}

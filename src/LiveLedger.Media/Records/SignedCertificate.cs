namespace LiveLedger.Media.Records;

/// <summary>A signer certificate whose signature was checked: it can only be had from <see cref="SignerCertificate.TryParse"/>.</summary>
public sealed class SignedCertificate
{
    internal SignedCertificate(SignerCertificate certificate, ReadOnlyMemory<byte> bytes)
    {
        Certificate = certificate;
        Bytes = bytes;
    }

    /// <summary>What it certifies.</summary>
    public SignerCertificate Certificate { get; }

    /// <summary>The COSE_Sign1 message as served at <c>/live/{broadcast}/signer</c>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }
}

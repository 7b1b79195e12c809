using LiveLedger.Media.Records;

namespace LiveLedger.Fuzz.Targets;

/// <summary>A signer certificate: no mutation of it is one.</summary>
internal static class CertificateTarget
{
    public static FuzzTarget Create() => new("certificate", [Samples.Certificate], static input =>
    {
        if (SignerCertificate.TryParse(input, out _) && !input.SequenceEqual(Samples.Certificate))
        {
            throw new FuzzException("a certificate was forged");
        }
    });
}

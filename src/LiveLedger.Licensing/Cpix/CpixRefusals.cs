using LiveLedger.Ledger.Refusals;

namespace LiveLedger.Licensing.Cpix;

/// <summary>The texts a SPEKE key server refuses with, word for word as AWS's specification of SPEKE 2.0 and 2.1 has them ("Customizations and constraints").</summary>
internal static class CpixRefusals
{
    public static readonly Refusal SpekeVersion = new(422, "speke-version-unsupported", "Unsupported SPEKE version");
    public static readonly Refusal NoContentId = new(422, "cpix-content-id-missing", "Missing CPIX@contentId");
    public static readonly Refusal NoVersion = new(422, "cpix-version-missing", "Missing CPIX@version");
    public static readonly Refusal Version = new(422, "cpix-version-unsupported", "Unsupported CPIX@version");
    public static readonly Refusal MixedSchemes = new(422, "cpix-scheme-mixed", "Non compliant ContentKey@commonEncryptionScheme combination");
    public static readonly Refusal NoContract = new(422, "cpix-contract-missing", "Missing CPIX encryption contract");
    public static readonly Refusal Contract = new(422, "cpix-contract-malformed", "Malformed encryption contract");

    // Ours: what the specification has no text for.
    public static readonly Refusal Malformed = new(400, "cpix-malformed",
        "The body is not a CPIX document within the limits: no DTD, at most 256 KiB, key ids as UUIDs, 1 to 128 keys.");

    public static readonly Refusal Certificate = new(422, "cpix-certificate-invalid", "A DeliveryData has no X.509 certificate of an RSA key of 2048 to 8192 bits.");

    public static Refusal NoScheme(string kid) => new(422, "cpix-scheme-missing", $"Missing ContentKey@commonEncryptionScheme for KID {kid}");

    public static Refusal Scheme(string system) => new(422, "cpix-scheme-unsupported", $"ContentKey@commonEncryptionScheme non compatible with DRMSystem {system}");
}

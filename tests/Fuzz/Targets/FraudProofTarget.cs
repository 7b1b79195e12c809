using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.FraudProofs;
using LiveLedger.Vectors;

namespace LiveLedger.Fuzz.Targets;

/// <summary>A fraud proof is read in one form, and no mutation of one convicts somebody whom nothing convicted before.</summary>
internal static class FraudProofTarget
{
    public static FuzzTarget Create()
    {
        using var vectors = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(Repository.Vector("fraud.json")));
        var root = vectors.RootElement;
        Cryptography.Ed25519.Ed25519PublicKey.TryParse(Cryptography.StrictBase64Url.TryDecode(root.GetProperty("platform").GetString(), out var point) ? point : [], out var platform);
        var verifier = new FraudVerifier(new AdmissionVerifier(root.GetProperty("issuer").GetString()!, [platform]));
        var cases = root.GetProperty("cases").EnumerateArray()
            .Select(static c => (Bytes: Convert.FromHexString(c.GetProperty("proof").GetString()!), Convicts: c.GetProperty("convicts").GetString())).Where(static c => c.Bytes.Length is > 0 and <= FraudProof.MaxLength).ToArray();
        var guilty = cases.Where(static c => c.Convicts is not null).Select(static c => c.Convicts!).ToHashSet();
        return new("fraud-proof", [.. cases.Select(static c => c.Bytes)], input =>
        {
            if (!FraudProof.TryRead(input, out var proof))
            {
                return;
            }

            if (!input.SequenceEqual(proof.ToBytes()))
            {
                throw new FuzzException("a proof has two forms");
            }

            verifier.Verify(proof, null, out var verdict);
            if (verdict is PeerConviction peer && !guilty.Contains(peer.Peer.ToString()))
            {
                throw new FuzzException("somebody was framed");
            }
        });
    }
}

using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Proofs;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Fuzz.Targets;

/// <summary>Offline proofs: what is read is written the same, and no mutation proves another leaf or another place.</summary>
internal static class TlogProofTarget
{
    private const string Origin = "ledger.example/main";
    private const ulong Index = 4;

    private static readonly Bytes32[] s_leaves = [.. Enumerable.Range(0, 11).Select(static i => LeafHash.Of([(byte)i]).Value)];
    private static readonly Ed25519PrivateKey s_key = Ed25519PrivateKey.FromSeed(Enumerable.Repeat((byte)5, 32).ToArray());
    private static readonly NoteSigner s_signer = new(Origin, s_key);

    public static FuzzTarget Create() => new("tlog-proof",
    [
        Make(s_leaves.Length),
        "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 0\n\nnote\n"u8.ToArray(),
    ], Read);

    private static void Read(ReadOnlySpan<byte> input)
    {
        if (!TlogProof.TryParse(input, out var proof))
        {
            return;
        }

        if (!input.SequenceEqual(proof.ToBytes()))
        {
            throw new FuzzException("a proof has two forms");
        }

        if (proof.Verify(new(s_leaves[Index]), s_signer.VerifierKey, out _).IsValid && proof.Index.Value != Index)
        {
            throw new FuzzException("a leaf was proven where it does not stand");
        }

        if (proof.Verify(LeafHash.Of("another"u8), s_signer.VerifierKey, out _).IsValid)
        {
            throw new FuzzException("a leaf was proven that the tree has not");
        }
    }

    private static byte[] Make(int size)
    {
        var proof = InclusionProof.Compute(new(Index), new((ulong)size), static n => MerkleHash.Root(s_leaves.AsSpan((int)(n.Index << n.Level), 1 << n.Level)));
        var head = new TreeHead(new((ulong)size), new(MerkleHash.Root(s_leaves)));
        return TlogProof.Of(proof, new Checkpoint(Origin, head).Sign(s_signer).ToBytes()).ToBytes();
    }
}

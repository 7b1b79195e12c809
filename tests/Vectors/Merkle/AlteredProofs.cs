using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Vectors.Merkle;

/// <summary>
/// The ways in which transparency-dev/merkle alters good proofs (its inclusion and consistency probes), over every proof of the eight
/// reference leaves: here for those who have the published files not at hand.
/// </summary>
public sealed class AlteredProofs
{
    private static readonly Bytes32[] s_leaves =
        [.. ((string[])["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"])
            .Select(static l => LeafHash.Of(Convert.FromHexString(l)).Value)];

    private static readonly Bytes32 s_random = Sha256Hash.Of("random"u8).Value;

    [Fact]
    public void No_altered_inclusion_proof_is_taken()
    {
        var cases = 0;
        for (var size = 1UL; size <= 8; size++)
        {
            for (var index = 0UL; index < size; index++)
            {
                var hashes = InclusionProof.Compute(new(index), new(size), Read).Hashes;
                var (leaf, root) = (s_leaves[index], Root(size));
                Assert.Equal(ProofResult.Valid, Inclusion(index, size, hashes, leaf, root));

                // Index ±1 and with a bit changed, size doubled and halved, up to the largest numbers there are.
                foreach (var other in (ulong[])[index - 1, index + 1, index ^ 1, index ^ 2, index ^ 4, size, ulong.MaxValue])
                {
                    Refused(Inclusion(other, size, hashes, leaf, root));
                }

                foreach (var other in (ulong[])[size * 2, size / 2, size + 8, ulong.MaxValue, 0])
                {
                    Refused(Inclusion(index, other, hashes, leaf, root));
                }

                foreach (var other in (Bytes32[])[s_random, MerkleHash.Empty, default, .. Flips(root)])
                {
                    Refused(Inclusion(index, size, hashes, leaf, other));
                }

                foreach (var other in (Bytes32[])[s_random, default, .. Flips(leaf)])
                {
                    Refused(Inclusion(index, size, hashes, other, root));
                }

                foreach (var altered in Alterations(hashes, leaf, root))
                {
                    Refused(Inclusion(index, size, altered, leaf, root));
                }
            }
        }

        Assert.True(cases > 30_000, $"{cases} cases");

        void Refused(ProofResult result)
        {
            cases++;
            Assert.NotEqual(ProofResult.Valid, result);
        }
    }

    [Fact]
    public void No_altered_consistency_proof_is_taken()
    {
        var cases = 0;
        for (var to = 2UL; to <= 8; to++)
        {
            for (var from = 1UL; from < to; from++)
            {
                var hashes = ConsistencyProof.Compute(new(from), new(to), Read).Hashes;
                var (old, grown) = (Root(from), Root(to));
                Assert.Equal(ProofResult.Valid, Consistency(from, to, hashes, old, grown));

                (ulong, ulong)[] others =
                [
                    (from - 1, to), (from + 1, to), (from ^ 2, to), (from, to * 2), (from, to / 2), (to, from),
                    (0, to), (from, from), (to, to), (ulong.MaxValue, ulong.MaxValue),
                ];
                foreach (var (f, t) in others)
                {
                    Refused(Consistency(f, t, hashes, old, grown));
                }

                foreach (var other in (Bytes32[])[s_random, MerkleHash.Empty, default, .. Flips(old)])
                {
                    Refused(Consistency(from, to, hashes, other, grown));
                }

                foreach (var other in (Bytes32[])[s_random, MerkleHash.Empty, default, .. Flips(grown)])
                {
                    Refused(Consistency(from, to, hashes, old, other));
                }

                foreach (var altered in Alterations(hashes, old, grown))
                {
                    Refused(Consistency(from, to, altered, old, grown));
                }
            }
        }

        Assert.True(cases > 30_000, $"{cases} cases");

        void Refused(ProofResult result)
        {
            cases++;
            Assert.NotEqual(ProofResult.Valid, result);
        }
    }

    // Removed, doubled, swapped and garbage components, garbage before and behind, every bit of each flipped.
    private static IEnumerable<Bytes32[]> Alterations(IReadOnlyList<Bytes32> hashes, Bytes32 first, Bytes32 last)
    {
        foreach (var garbage in (Bytes32[])[default, s_random, first, last])
        {
            yield return [.. hashes, garbage];
            yield return [garbage, .. hashes];
        }

        if (hashes.Count > 0)
        {
            yield return [];
        }

        for (var at = 0; at < hashes.Count; at++)
        {
            Bytes32[] before = [.. hashes.Take(at)], after = [.. hashes.Skip(at + 1)];
            yield return [.. before, .. after];
            yield return [.. before, hashes[at], hashes[at], .. after];
            yield return [.. before, s_random, .. after];
            if (at > 0)
            {
                yield return [.. hashes.Take(at - 1), hashes[at], hashes[at - 1], .. after];
            }

            foreach (var flipped in Flips(hashes[at]))
            {
                yield return [.. before, flipped, .. after];
            }
        }
    }

    private static IEnumerable<Bytes32> Flips(Bytes32 hash)
    {
        for (var bit = 0; bit < 256; bit++)
        {
            var bytes = hash.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return new(bytes);
        }
    }

    private static ProofResult Inclusion(ulong index, ulong size, IReadOnlyList<Bytes32> hashes, Bytes32 leaf, Bytes32 root)
    {
        Assert.True(InclusionProof.TryCreate(new(index), new(size), hashes, out var proof));
        return proof.Verify(new(leaf), new(root));
    }

    private static ProofResult Consistency(ulong from, ulong to, IReadOnlyList<Bytes32> hashes, Bytes32 old, Bytes32 grown)
    {
        Assert.True(ConsistencyProof.TryCreate(new(from), new(to), hashes, out var proof));
        return proof.Verify(new(old), new(grown));
    }

    private static Bytes32 Root(ulong size) => MerkleHash.Root(s_leaves.AsSpan(0, (int)size));

    private static Bytes32 Read(NodeAddress node) => MerkleHash.Root(s_leaves.AsSpan((int)(node.Index << node.Level), 1 << node.Level));
}

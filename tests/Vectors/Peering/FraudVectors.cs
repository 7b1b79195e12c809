using System.Text.Encodings.Web;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Media.Records;
using LiveLedger.Peering.FraudProofs;
using LiveLedger.Vectors.Records;
using static LiveLedger.Vectors.Peering.PeeringWorld;

namespace LiveLedger.Vectors.Peering;

/// <summary>
/// <c>tests/Vectors/fraud.json</c>: fraud proofs, good and bad, and what a reader must say of them. The player's reader, written apart from ours, says the same. After a change of the format:
/// <c>LIVELEDGER_WRITE_VECTORS=1 dotnet test tests/Vectors -c Release</c>.
/// </summary>
public sealed class FraudVectors
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true, IndentSize = 1, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void The_committed_file_is_what_the_code_says()
    {
        var text = JsonSerializer.Serialize(
            new
            {
                Issuer,
                Platform = StrictBase64Url.Encode(Platform.PublicKey.Value.ToArray()),
                Sender = Alice.PublicKey.ToString(),
                Statement = new
                {
                    Record = VectorWorld.Record1.Hash.ToString(),
                    FraudCases.Good.Chunk,
                    Leaf = FraudCases.Good.Stated.ToString(),
                    Signature = Convert.ToHexStringLower(FraudCases.Good.Statement.Span),
                },
                // What a good proof is made of again.
                Made = new
                {
                    File = Convert.ToHexStringLower(VectorWorld.Record1.Bytes.Span),
                    Certificate = Convert.ToHexStringLower(VectorWorld.CertificateBytes),
                    FraudCases.Good.Admission,
                    Proof = Convert.ToHexStringLower(FraudCases.Good.ToBytes()),
                },
                Cases = FraudCases.All(),
            },
            s_json) + "\n";
        if (Environment.GetEnvironmentVariable("LIVELEDGER_WRITE_VECTORS") == "1")
        {
            File.WriteAllText(Repository.Vector("fraud.json"), text);
        }

        Assert.Equal(File.ReadAllText(Repository.Vector("fraud.json")), text);
    }

    [Fact]
    public void Each_refusal_has_a_case_and_nothing_convicts_but_what_is_good()
    {
        var cases = FraudCases.All();
        Assert.All(Enum.GetNames<FraudRefusal>().Except([nameof(FraudRefusal.None)]), name => Assert.Contains(cases, c => c.Expected == name.ToLowerInvariant()));
        // Three of Alice's chunks and a relay's; a slot signed twice, known or not, and under two certificates.
        Assert.Equal(4, cases.Count(static c => c.Expected == "peer"));
        Assert.Equal(3, cases.Count(static c => c.Expected == "publisher"));
    }

    [Fact]
    public void A_proof_that_is_read_is_written_again_as_it_was() => Assert.All(FraudCases.All(), static given =>
    {
        var bytes = Convert.FromHexString(given.Proof);
        Assert.Equal(given.Expected != "malformed", FraudProof.TryRead(bytes, out var proof));
        Assert.True(proof is null || proof.ToBytes().AsSpan().SequenceEqual(bytes));
    });

    /// <summary>The shapes of all trees of up to 130 chunks, by the way down in the standard's words.</summary>
    [Fact]
    public void Every_leaf_of_every_tree_has_a_path_to_its_root_and_to_no_other()
    {
        for (var size = 1; size <= 130; size++)
        {
            var leaves = Enumerable.Range(0, size).Select(static n => MerkleHash.Leaf([(byte)n])).ToArray();
            var root = MerkleHash.Root(leaves);
            for (var n = 0; n < size; n++)
            {
                var path = MerklePath.Of(leaves, n);
                Assert.True(MerklePath.TryRoot((ulong)n, (ulong)size, leaves[n], path, out var led) && led == root);
                Assert.False(MerklePath.TryRoot((ulong)n, (ulong)size, leaves[n], [.. path, root], out _));
                Assert.False(path.Length > 0 && MerklePath.TryRoot((ulong)n, (ulong)size, leaves[n], path[1..], out led) && led == root);
                Assert.False(size > 1 && MerklePath.TryRoot((ulong)((n + 1) % size), (ulong)size, leaves[n], path, out led) && led == root);
            }
        }
    }
}

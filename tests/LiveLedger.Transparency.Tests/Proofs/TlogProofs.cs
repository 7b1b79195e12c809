using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Proofs;
using LiveLedger.Transparency.Tests.Tree;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Tests.Proofs;

public sealed class TlogProofs : IDisposable
{
    private const string Origin = "ledger.example/main";

    // The example of the specification (C2SP tlog-proof), its abbreviated signatures made whole with zeros.
    private const string Example = """
        c2sp.org/tlog-proof@v1
        extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6
        index 73894
        gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
        B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
        EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
        RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
        AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=

        example.com/fancylog
        109482
        sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

        — example.com/fancylog hI2DJwAAAAA=

        """;

    private readonly Ed25519PrivateKey _key = Ed25519PrivateKey.Generate();

    private NoteSigner Signer => new(Origin, _key);

    public void Dispose() => _key.Dispose();

    [Fact]
    public void The_specifications_example_is_read_and_written_alike()
    {
        var bytes = Encoding.UTF8.GetBytes(Example);
        Assert.True(TlogProof.TryParse(bytes, out var proof));
        Assert.Equal((73894UL, 5), (proof.Index.Value, proof.Hashes.Length));
        Assert.Equal("age-v1.2.1-darwin-arm64.tar.gz", Encoding.UTF8.GetString(proof.Extra.Span));
        Assert.StartsWith("example.com/fancylog\n109482\n", Encoding.UTF8.GetString(proof.Note.Span));
        Assert.Equal(bytes, proof.ToBytes());
    }

    [Fact]
    public void Every_leaf_of_small_trees_is_proven_by_the_text_alone()
    {
        for (var size = 1; size <= 20; size++)
        {
            for (var index = 0; index < size; index++)
            {
                Assert.True(TlogProof.TryParse(Make(size, index), out var proof));
                Assert.True(proof.Verify(SampleTree.Leaf((ulong)index), Signer.VerifierKey, out var checkpoint).IsValid);
                Assert.Equal(SampleTree.Root(size), checkpoint!.Head.Root);
            }
        }
    }

    [Fact]
    public void No_byte_of_a_proof_can_be_changed()
    {
        const int Size = 11, Index = 4;
        var good = Make(Size, Index);
        for (var at = 0; at < good.Length; at++)
        {
            foreach (var bit in (int[])[0, 3, 5])
            {
                var bytes = (byte[])good.Clone();
                bytes[at] ^= (byte)(1 << bit);
                Assert.False(
                    TlogProof.TryParse(bytes, out var proof) && proof.Verify(SampleTree.Leaf(Index), Signer.VerifierKey, out _).IsValid,
                    $"bit {bit} of byte {at}");
            }
        }
    }

    [Fact]
    public void Whatever_is_read_is_written_again_to_the_same_bytes()
    {
        var seeds = (byte[][])[Make(11, 4), Make(1, 0), Encoding.UTF8.GetBytes(Example)];
        var changes = Gen.Choose(0, seeds.Length - 1).SelectMany(seed => Gen.Choose(0, seeds[seed].Length - 1)
            .SelectMany(at => Gen.Choose(0, 255).Select(value => (seed, at, value))));
        Prop.ForAll(changes.ToArbitrary(), change =>
        {
            var bytes = (byte[])seeds[change.seed].Clone();
            bytes[change.at] = (byte)change.value;
            return !TlogProof.TryParse(bytes, out var proof) || proof.ToBytes().AsSpan().SequenceEqual(bytes);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2sp.org/tlog-proof@v1\n")]
    [InlineData("c2sp.org/tlog-proof@v2\nindex 0\n\nnote\n")]
    [InlineData("c2sp.org/tlog-proof@v1\r\nindex 0\n\nnote\n")]
    [InlineData("c2sp.org/tlog-proof@v1\n\nnote\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 00\n\nnote\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex -1\n\nnote\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n\nnote\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex \n\nnote\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\n\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\nnote\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nnote\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra \nindex 0\n\nnote\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra AA\nindex 0\n\nnote\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\nnote\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\nindex 0\n\nnote\n")]
    public void What_is_no_proof_is_not_taken(string text) => Assert.False(TlogProof.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void More_hashes_or_bytes_than_any_proof_needs_are_not_taken()
    {
        var hash = Convert.ToBase64String(new byte[32]) + "\n";
        string Text(int hashes, int note) =>
            $"c2sp.org/tlog-proof@v1\nindex 0\n{string.Concat(Enumerable.Repeat(hash, hashes))}\n{new string('n', note)}";

        Assert.True(TlogProof.TryParse(Encoding.UTF8.GetBytes(Text(64, 1)), out _));
        Assert.False(TlogProof.TryParse(Encoding.UTF8.GetBytes(Text(65, 1)), out _));
        Assert.False(TlogProof.TryParse(Encoding.UTF8.GetBytes(Text(1, SignedNote.MaxLength + 1)), out _));
        Assert.False(TlogProof.TryParse(new byte[TlogProof.MaxLength + 1], out _));
    }

    [Fact]
    public void The_reason_is_named()
    {
        using var other = Ed25519PrivateKey.Generate();
        Assert.True(TlogProof.TryParse(Make(7, 3), out var proof));
        Assert.Equal(new(CheckpointResult.Valid, ProofResult.RootMismatch), proof.Verify(SampleTree.Leaf(4), Signer.VerifierKey, out var none));
        Assert.Null(none);
        Assert.Equal(
            new(CheckpointResult.NotSigned, ProofResult.Unknown),
            proof.Verify(SampleTree.Leaf(3), new NoteSigner(Origin, other).VerifierKey, out _));
        Assert.False(default(TlogProofResult).IsValid);

        // A proof of an older tree under a newer checkpoint.
        var old = TlogProof.Of(InclusionProof.Compute(new(3), new(4), SampleTree.Reader(4)), proof.Note);
        Assert.Equal(ProofResult.WrongLength, old.Verify(SampleTree.Leaf(3), Signer.VerifierKey, out _).Inclusion);
    }

    private byte[] Make(int size, int index) => TlogProof.Of(
        InclusionProof.Compute(new((ulong)index), new((ulong)size), SampleTree.Reader(size)),
        new Checkpoint(Origin, new(new((ulong)size), SampleTree.Root(size))).Sign(Signer).ToBytes()).ToBytes();
}

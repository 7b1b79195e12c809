using System.Text;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tests.Tree;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Tests.Checkpoints;

public sealed class SignedCheckpoints : IDisposable
{
    private const string Origin = "ledger.example/main";
    private const string EmptyRoot = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    private readonly Ed25519PrivateKey _key = Ed25519PrivateKey.Generate();

    private NoteSigner Signer => new(Origin, _key);

    private static Checkpoint Seven => new(Origin, new(new(7), SampleTree.Root(7)));

    public void Dispose() => _key.Dispose();

    [Fact]
    public void A_signed_checkpoint_opens_with_the_logs_key()
    {
        Assert.Equal(CheckpointResult.Valid, Checkpoint.Open(Seven.Sign(Signer).ToBytes(), Signer.VerifierKey, out var read));
        Assert.Equal(Seven, read);
    }

    [Fact]
    public void The_text_is_three_lines()
        => Assert.Equal($"{Origin}\n0\n{EmptyRoot}\n", new Checkpoint(Origin, TreeHead.Empty).ToText());

    [Theory]
    [InlineData("")]
    [InlineData("ledger.example/main\n")]
    [InlineData("ledger.example/main\n7\n")]
    [InlineData("ledger.example/main\n7\n" + EmptyRoot)]
    [InlineData("\n7\n" + EmptyRoot + "\n")]
    [InlineData("ledger example\n7\n" + EmptyRoot + "\n")]
    [InlineData("ledger.example/main\n07\n" + EmptyRoot + "\n")]
    [InlineData("ledger.example/main\n-7\n" + EmptyRoot + "\n")]
    [InlineData("ledger.example/main\n9223372036854775808\n" + EmptyRoot + "\n")]
    [InlineData("ledger.example/main\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n")]
    [InlineData("ledger.example/main\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n")]
    [InlineData("ledger.example/main\n7\n47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("ledger.example/main\n7\n\n" + EmptyRoot + "\n")]
    [InlineData("ledger.example/main\n7\n" + EmptyRoot + "\n\n")]
    [InlineData("ledger.example/main\n7\n" + EmptyRoot + "\nextension\n")]
    [InlineData("ledger.example/main\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    public void Any_other_text_is_refused(string text)
    {
        Assert.False(Checkpoint.TryParse(text, out _));
        if (text.EndsWith('\n'))
        {
            Assert.Equal(CheckpointResult.CheckpointMalformed, Checkpoint.Open(SignedNote.Sign(text, Signer).ToBytes(), Signer.VerifierKey, out var read));
            Assert.Null(read);
        }
    }

    [Fact]
    public void The_reason_is_named()
    {
        using var other = Ed25519PrivateKey.Generate();
        var note = Encoding.UTF8.GetString(Seven.Sign(Signer).ToBytes());
        Assert.Equal(CheckpointResult.NoteMalformed, Open(note[..^1]));
        Assert.Equal(CheckpointResult.NoteMalformed, Open(""));
        Assert.Equal(CheckpointResult.BadSignature, Open(note.Replace("\n7\n", "\n8\n", StringComparison.Ordinal)));
        Assert.Equal(CheckpointResult.NotSigned, Open(Encoding.UTF8.GetString(SignedNote.Sign(Seven.ToText(), new NoteSigner(Origin, other)).ToBytes())));
        Assert.Equal(CheckpointResult.WrongOrigin, Open(Encoding.UTF8.GetString(SignedNote.Sign((Seven with { Origin = "ledger.example/other" }).ToText(), Signer).ToBytes())));
    }

    [Fact]
    public void Nothing_is_signed_that_no_reader_would_take()
    {
        Assert.Throws<ArgumentException>(() => (Seven with { Origin = "ledger.example/other" }).Sign(Signer));
        Assert.Throws<ArgumentException>(() => new Checkpoint(Origin, new(new(0), SampleTree.Root(1))).Sign(Signer));
        Assert.Throws<ArgumentException>(() => new Checkpoint(Origin, new(new(ulong.MaxValue), SampleTree.Root(1))).Sign(Signer));
    }

    private CheckpointResult Open(string note)
    {
        var result = Checkpoint.Open(Encoding.UTF8.GetBytes(note), Signer.VerifierKey, out var checkpoint);
        Assert.Equal(result == CheckpointResult.Valid, checkpoint is not null);
        return result;
    }
}

using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Transparency.Tests.Cosignatures;

public sealed class CosignerKeys
{
    [Fact]
    public void A_vkey_is_read_as_it_was_written()
    {
        using var key = Ed25519PrivateKey.Generate();
        var vkey = CosignerKey.Of("witness.example/w1", key.PublicKey);
        Assert.True(CosignerKey.TryParse(vkey.ToString(), out var read));
        Assert.Equal(vkey, read);
    }

    [Fact]
    public void A_logs_key_is_no_witnesss_and_a_witnesss_is_no_logs()
    {
        using var key = Ed25519PrivateKey.Generate();
        var (log, witness) = (VerifierKey.Of("one.example", key.PublicKey), CosignerKey.Of("one.example", key.PublicKey));
        Assert.NotEqual(log.KeyId, witness.KeyId);
        Assert.False(CosignerKey.TryParse(log.ToString(), out _));
        Assert.False(VerifierKey.TryParse(witness.ToString(), out _));
    }

    [Theory]
    [InlineData("remora.n621.de+da77ade8+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")]
    [InlineData("remora.n621.de+DA77ADE7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")]
    [InlineData("remora.n621.dd+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")]
    [InlineData("remora.n621.de+da77ade7+AevN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")]
    [InlineData("remora.n621.de+da77ade7+BuvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")]
    [InlineData("remora.n621.de+da77ade7")]
    [InlineData("")]
    public void Any_other_text_is_refused(string text)
    {
        Assert.True(CosignerKey.TryParse("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", out _));
        Assert.False(CosignerKey.TryParse(text, out _));
    }

    [Fact]
    public void A_name_that_would_break_a_line_is_refused()
    {
        using var key = Ed25519PrivateKey.Generate();
        Assert.Throws<ArgumentException>(() => new Cosigner("a b", key));
    }
}

using System.Buffers.Binary;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tests.Tree;

namespace LiveLedger.Transparency.Tests.Cosignatures;

public sealed class CosignedCheckpoints : IDisposable
{
    private const string Origin = "ledger.example/main";
    private static readonly DateTimeOffset s_time = DateTimeOffset.FromUnixTimeSeconds(1_795_000_000);
    private readonly Ed25519PrivateKey _log = Ed25519PrivateKey.Generate();
    private readonly Ed25519PrivateKey _witness = Ed25519PrivateKey.Generate();

    private NoteSigner Signer => new(Origin, _log);

    private Cosigner Witness => new("witness.example/w1", _witness);

    private static Checkpoint Seven => new(Origin, new(new(7), SampleTree.Root(7)));

    public void Dispose()
    {
        _log.Dispose();
        _witness.Dispose();
    }

    [Fact]
    public void A_cosigned_checkpoint_opens_with_the_logs_key_and_tells_when_the_witness_saw_it()
    {
        var bytes = Seven.Sign(Signer).With([Witness.Cosign(Seven, s_time)]).ToBytes();

        Assert.Equal(CheckpointResult.Valid, Checkpoint.Open(bytes, Signer.VerifierKey, out var opened));
        Assert.Equal(Seven, opened);
        Assert.Equal((NoteResult.Valid, s_time), Verify(Parse(bytes)));
    }

    [Fact]
    public void Any_changed_byte_of_text_or_cosignature_is_found()
    {
        var bytes = Seven.Sign(Signer).With([Witness.Cosign(Seven, s_time)]).ToBytes();
        var lines = System.Text.Encoding.UTF8.GetString(bytes).Split('\n');
        var logLine = System.Text.Encoding.UTF8.GetByteCount(string.Join('\n', lines.Take(4)) + "\n");
        var witnessLine = logLine + System.Text.Encoding.UTF8.GetByteCount(lines[4] + "\n");
        for (var i = 0; i < bytes.Length; i++)
        {
            if (i >= logLine && i < witnessLine)
            {
                // The log's own signature is another key's business.
                continue;
            }

            var changed = bytes.ToArray();
            changed[i] ^= 0x01;
            Assert.False(SignedNote.TryParse(changed, out var note) && Verify(note).Result == NoteResult.Valid, $"byte {i}");
        }
    }

    [Fact]
    public void Of_two_cosignatures_by_one_witness_the_later_time_counts()
        => Assert.Equal(
            (NoteResult.Valid, s_time.AddSeconds(9)),
            Verify(Seven.Sign(Signer).With([Witness.Cosign(Seven, s_time.AddSeconds(9)), Witness.Cosign(Seven, s_time)])));

    [Fact]
    public void A_second_line_that_claims_the_witness_and_is_wrong_spoils_the_first()
    {
        var other = new Checkpoint(Origin, new(new(6), SampleTree.Root(6)));
        Assert.Equal(NoteResult.BadSignature, Verify(Seven.Sign(Signer).With([Witness.Cosign(Seven, s_time), Witness.Cosign(other, s_time)])).Result);
    }

    [Fact]
    public void A_plain_signature_by_the_witnesss_key_is_no_cosignature()
    {
        var plain = new byte[Cosignature.Length];
        BinaryPrimitives.WriteInt64BigEndian(plain, s_time.ToUnixTimeSeconds());
        _witness.Sign(System.Text.Encoding.UTF8.GetBytes(Seven.ToText()), plain.AsSpan(8));
        Assert.Equal(NoteResult.BadSignature, Verify(Seven.Sign(Signer).With([new(Witness.Key.Name, Witness.Key.KeyId, plain)])).Result);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(71)]
    [InlineData(73)]
    public void A_cosignature_of_another_length_is_refused(int length)
    {
        var line = new NoteSignature(Witness.Key.Name, Witness.Key.KeyId, new byte[length]);
        Assert.Equal(NoteResult.BadSignature, Verify(Seven.Sign(Signer).With([line])).Result);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(253_402_300_800)]
    [InlineData(long.MaxValue)]
    public void A_time_that_no_clock_shows_is_refused_though_it_was_signed(long seconds)
    {
        var signature = new byte[Cosignature.Length];
        BinaryPrimitives.WriteInt64BigEndian(signature, seconds);
        _witness.Sign(Cosignature.Message(seconds, Seven.ToText()), signature.AsSpan(8));
        Assert.Equal(NoteResult.BadSignature, Verify(Seven.Sign(Signer).With([new(Witness.Key.Name, Witness.Key.KeyId, signature)])).Result);
    }

    [Fact]
    public void A_time_before_1970_is_not_signed()
        => Assert.Throws<ArgumentOutOfRangeException>(() => Witness.Cosign(Seven, DateTimeOffset.UnixEpoch.AddSeconds(-1)));

    [Fact]
    public void A_witness_that_did_not_cosign_is_not_said_to_have()
    {
        using var key = Ed25519PrivateKey.Generate();
        var note = Seven.Sign(Signer).With([new Cosigner(Witness.Key.Name, key).Cosign(Seven, s_time), new Cosigner("witness.example/w2", _witness).Cosign(Seven, s_time)]);
        Assert.Equal(NoteResult.NotSigned, Verify(note).Result);
    }

    [Fact]
    public void A_note_takes_no_more_lines_than_it_may_have()
        => Assert.Throws<ArgumentException>(() => Seven.Sign(Signer).With(Enumerable.Repeat(Witness.Cosign(Seven, s_time), SignedNote.MaxSignatures)));

    [Fact]
    public void Lines_of_a_witnesss_answer_are_read_as_they_were_written()
    {
        var line = Witness.Cosign(Seven, s_time);
        Assert.True(NoteSignature.TryParseLines(System.Text.Encoding.UTF8.GetBytes(line.ToLine() + line.ToLine()), out var read));
        Assert.Equal([line.ToLine(), line.ToLine()], read.Select(l => l.ToLine()));
        Assert.False(NoteSignature.TryParseLines([], out _));
        Assert.False(NoteSignature.TryParseLines(System.Text.Encoding.UTF8.GetBytes(line.ToLine().TrimEnd('\n')), out _));
    }

    private (NoteResult Result, DateTimeOffset Time) Verify(SignedNote note) => (Cosignature.Verify(note, Witness.Key, out var time), time);

    private static SignedNote Parse(byte[] bytes)
    {
        Assert.True(SignedNote.TryParse(bytes, out var note));
        return note;
    }
}

using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;
using LiveLedger.Transparency.Witnesses;

namespace LiveLedger.Cli.Witness;

/// <summary>What a witness cosigns, and every way in which it does not (tlog-witness, add-checkpoint).</summary>
public sealed class WitnessRules : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("liveledger-witness-").FullName;
    private readonly Ed25519PrivateKey _key = Ed25519PrivateKey.Generate();
    private readonly GrowingLog _log = new();
    private readonly CheckpointWitness _witness;

    public WitnessRules() => _witness = New();

    [Fact]
    public void A_log_that_only_grows_is_cosigned_each_time()
    {
        var old = 0;
        foreach (var size in (int[])[1, 2, 3, 7, 8, 64, 65, 257])
        {
            var answer = Add(_log.Request(old, size));

            Assert.Equal(200, answer.Status);
            AssertCosigned(answer, size);
            Assert.Equal(size, Remembered());
            old = size;
        }
    }

    [Fact]
    public void The_same_checkpoint_again_is_cosigned_again()
    {
        Grow(5);
        AssertCosigned(Add(_log.Request(5, 5)), 5);
        Assert.Equal(5, Remembered());
    }

    [Fact]
    public void An_empty_log_is_cosigned_and_what_comes_after_it_needs_no_proof()
    {
        AssertCosigned(Add(_log.Request(0, 0)), 0);
        AssertCosigned(Add(_log.Request(0, 9)), 9);
    }

    [Fact]
    public void What_is_remembered_opens_with_the_logs_key_and_carries_our_cosignature_and_nothing_of_strangers()
    {
        using var stranger = Ed25519PrivateKey.Generate();
        var request = _log.Request(0, 5);
        Assert.True(SignedNote.TryParse(request.Note.Span, out var note));
        Add(request with { Note = note.With([new NoteSignature("stranger.example", 7, new byte[64])]).ToBytes() });

        var kept = _witness.Remembered(Hash(_log.Origin))!;

        Assert.Equal(CheckpointResult.Valid, Checkpoint.Open(kept, _log.Key, out _));
        Assert.True(SignedNote.TryParse(kept, out var read));
        Assert.Equal(NoteResult.Valid, Cosignature.Verify(read, _witness.Key, out _));
        Assert.Equal(2, read.Signatures.Count);
    }

    [Fact]
    public void A_good_signature_that_is_repeated_on_every_line_there_can_be_is_kept_once()
    {
        var request = _log.Request(0, 5);
        Assert.True(SignedNote.TryParse(request.Note.Span, out var note));
        var full = note.With(Enumerable.Repeat(note.Signatures[0], SignedNote.MaxSignatures - 1));

        AssertCosigned(Add(request with { Note = full.ToBytes() }), 5);

        Assert.True(SignedNote.TryParse(_witness.Remembered(Hash(_log.Origin)), out var kept));
        Assert.Equal(2, kept.Signatures.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("old 5\n")]
    [InlineData("new 5\n\ntext\n\n\u2014 a AAAAAAA=\n")]
    [InlineData("old 5\n\nno note\n")]
    public void A_body_that_is_no_request_is_400(string body) => Assert.Equal(400, _witness.Add(Encoding.UTF8.GetBytes(body)).Status);

    [Fact]
    public void A_log_that_is_not_known_is_404()
    {
        using var other = new GrowingLog("other.example/log");
        Assert.Equal(404, Add(other.Request(0, 5)).Status);
    }

    [Fact]
    public void A_known_name_under_another_key_is_403()
    {
        using var impostor = new GrowingLog(_log.Origin);
        Assert.Equal(403, Add(impostor.Request(0, 5)).Status);
        Assert.Null(_witness.Remembered(Hash(_log.Origin)));
    }

    [Fact]
    public void A_signature_that_claims_the_key_and_is_wrong_is_403_beside_a_good_one_too()
    {
        var request = _log.Request(0, 5);
        Assert.True(SignedNote.TryParse(request.Note.Span, out var note));
        var wrong = new NoteSignature(_log.Key.Name, _log.Key.KeyId, new byte[64]);
        Assert.Equal(403, Add(request with { Note = note.With([wrong]).ToBytes() }).Status);
        Assert.Equal(403, Add(request with { Note = note.With([wrong]).Keeping(s => s == wrong).ToBytes() }).Status);
    }

    [Fact]
    public void An_old_size_above_the_checkpoints_is_400()
    {
        Grow(5);
        Assert.Equal(400, Add(_log.Request(6, 5)).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(6)]
    public void An_old_size_that_is_not_ours_is_409_with_ours(int old)
    {
        Grow(5);
        var answer = Add(_log.Request(old, 9));
        Assert.Equal((409, "text/x.tlog.size", "5\n"), (answer.Status, answer.MediaType, answer.Body));
        Assert.Equal(5, Remembered());
    }

    [Fact]
    public void A_shorter_tree_is_409_even_with_a_good_proof_of_its_own()
    {
        Grow(5);
        Assert.Equal(409, Add(_log.Request(3, 4)).Status);
        Assert.Equal(5, Remembered());
    }

    [Fact]
    public void A_proof_that_does_not_hold_is_422()
    {
        Grow(5);
        var good = _log.Request(5, 9);
        Assert.Equal(422, Add(good with { Proof = [] }).Status);
        Assert.Equal(422, Add(good with { Proof = [.. good.Proof, default] }).Status);
        Assert.Equal(422, Add(good with { Proof = good.Proof.SetItem(0, default(Bytes32)) }).Status);
        Assert.Equal(422, Add(good with { Note = _log.Forked(9) }).Status);
        Assert.Equal(5, Remembered());
        Assert.Equal(200, Add(good).Status);
    }

    [Fact]
    public void Proof_from_nothing_is_422()
        => Assert.Equal(422, Add(_log.Request(0, 5) with { Proof = [default] }).Status);

    [Fact]
    public void Another_root_for_the_same_size_is_422_and_the_proof_of_it_is_kept()
    {
        Grow(5);
        var fork = _log.Forked(5);

        Assert.Equal(422, Add(_log.Request(5, 5) with { Note = fork }).Status);

        Assert.Equal(fork, File.ReadAllBytes(Path.Combine(_state, Hash(_log.Origin), "fork")));
        Assert.Equal(5, Remembered());
    }

    [Fact]
    public void An_empty_tree_with_a_root_of_its_own_is_422_and_other_texts_by_the_log_are_400()
    {
        var root = Convert.ToBase64String(new byte[32]);
        Assert.Equal(422, Add(Signed($"{_log.Origin}\n0\n{root}\n")).Status);
        Assert.Equal(400, Add(Signed($"{_log.Origin}\n1\n{root}\nextension\n")).Status);
        Assert.Equal(400, Add(Signed($"{_log.Origin}\n01\n{root}\n")).Status);
        Assert.Equal(400, Add(Signed($"{_log.Origin}\nnothing\n")).Status);
    }

    [Fact]
    public void Logs_are_remembered_apart_and_a_log_may_have_two_keys()
    {
        using var other = new GrowingLog("other.example/log", "other");
        using var second = Ed25519PrivateKey.Generate();
        var witness = new CheckpointWitness(new("w.example", _key), [_log.Key, other.Key, VerifierKey.Of(other.Origin, second.PublicKey)], _state, TimeProvider.System);
        Assert.Equal(200, witness.Add(_log.Request(0, 5).ToBytes()).Status);
        Assert.Equal(200, witness.Add(other.Request(0, 3).ToBytes()).Status);

        var bySecond = other.Request(3, 4) with { Note = other.Checkpoint(4).Sign(new NoteSigner(other.Origin, second)).ToBytes() };
        Assert.Equal(200, witness.Add(bySecond.ToBytes()).Status);
        Assert.Equal("5\n", witness.Add(_log.Request(0, 5).ToBytes()).Body);
    }

    [Fact]
    public void Nothing_is_read_of_a_log_by_any_name_but_its_hash()
    {
        Grow(5);
        foreach (var name in (string[])["", _log.Origin, Hash("other.example/log"), Hash(_log.Origin).ToUpperInvariant(), "..", "../witness.key"])
        {
            Assert.Null(_witness.Remembered(name));
        }
    }

    [Fact]
    public void A_memory_of_another_key_or_a_damaged_one_is_not_taken_up()
    {
        Grow(5);
        using var other = Ed25519PrivateKey.Generate();
        Assert.Throws<InvalidDataException>(() => new CheckpointWitness(new("w.example", other), [_log.Key], _state, TimeProvider.System));

        var file = Path.Combine(_state, Hash(_log.Origin), "checkpoint");
        var bytes = File.ReadAllBytes(file);
        bytes[_log.Origin.Length + 1] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.Throws<InvalidDataException>(New);
        Assert.Throws<InvalidDataException>(() => Add(_log.Request(5, 6)));
    }

    public void Dispose()
    {
        _key.Dispose();
        _log.Dispose();
        Directory.Delete(_state, recursive: true);
    }

    private CheckpointWitness New() => new(new("w.example", _key), [_log.Key], _state, TimeProvider.System);

    private WitnessAnswer Add(AddCheckpointRequest request) => _witness.Add(request.ToBytes());

    private void Grow(int size) => Assert.Equal(200, Add(_log.Request(0, size)).Status);

    private AddCheckpointRequest Signed(string text) => new(new TreeSize(0), [], SignedNote.Sign(text, _log.Signer).ToBytes());

    private int Remembered()
    {
        Assert.Equal(CheckpointResult.Valid, Checkpoint.Open(_witness.Remembered(Hash(_log.Origin)), _log.Key, out var last));
        return (int)last!.Head.Size.Value;
    }

    private void AssertCosigned(WitnessAnswer answer, int size)
    {
        Assert.Equal(200, answer.Status);
        Assert.True(NoteSignature.TryParseLines(Encoding.UTF8.GetBytes(answer.Body), out var lines));
        Assert.Equal(NoteResult.Valid, Cosignature.Verify(_log.Checkpoint(size).Sign(_log.Signer).With(lines), _witness.Key, out var time));
        Assert.InRange(time, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
    }

    private static string Hash(string origin) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)));
}

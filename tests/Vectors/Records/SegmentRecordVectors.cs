using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Cose;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Records;
using static LiveLedger.Vectors.Records.VectorWorld;

namespace LiveLedger.Vectors.Records;

/// <summary>
/// <c>tests/Vectors/segment-record.json</c>, which the player's verifier reads too. After a change of the format:
/// <c>LIVELEDGER_WRITE_VECTORS=1 dotnet test tests/Vectors -c Release</c> writes it anew.
/// </summary>
public sealed class SegmentRecordVectors
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Fact]
    public void The_committed_file_is_what_the_code_writes()
    {
        var text = JsonSerializer.Serialize(Build(), s_json) + "\n";
        if (Environment.GetEnvironmentVariable("LIVELEDGER_WRITE_VECTORS") == "1")
        {
            File.WriteAllText(CommittedPath(), text);
        }

        Assert.Equal(File.ReadAllText(CommittedPath()), text);
    }

    [Fact]
    public void Every_case_of_the_committed_file_gets_its_answer()
    {
        var file = Read();
        Assert.All(file.Cases, static c =>
        {
            var (result, _) = Ask(c);
            Assert.Equal((c.Name, c.Expected, c.Chunk), (c.Name, result.Code, result.ChunkIndex));
        });
    }

    [Fact]
    public void Every_failure_has_a_case()
    {
        var answered = Read().Cases.Select(static c => c.Expected).ToHashSet();
        var all = Enum.GetValues<VerificationFailure>().Select(static f => new VerificationResult(f).Code);
        Assert.Equal(all.Order(), answered.Order());
    }

    [Fact]
    public void A_second_encoder_writes_the_same_records_and_certificate()
    {
        foreach (var (fields, signed, segment) in new[] { (Fields0, Record0, Segment0), (Fields1, Record1, Segment1), (Fields2, Record2, Segment2) })
        {
            var cose = new RawCose(RecordType, RawCbor.Map(Pairs(fields)), Session).Sign();
            var leaves = VectorWorld.Leaves(segment.ToArray());
            Assert.Equal([.. cose, .. RawCbor.Bytes([.. leaves.SelectMany(static l => l)])], signed.Bytes.ToArray());
        }

        var pairs = CertificatePairs(Session.PublicKey.Value.ToArray(), NotBefore, NotAfter);
        Assert.Equal(new RawCose(CertificateType, RawCbor.Map(pairs), Identity).Sign(), CertificateBytes);
    }

    private static (VerificationResult Result, VectorCase Case) Ask(VectorCase c)
    {
        Assert.True(BroadcastId.TryParse(c.Slot.Broadcast, out var broadcast));
        Assert.True(TrackName.TryParse(c.Slot.Track, out var track));
        Ed25519PublicKey? pinned = null;
        if (c.Pinned is { } text)
        {
            Assert.True(IdentityText.TryParse(text, out var identity));
            pinned = identity;
        }

        return (SegmentVerification.Verify(
            new(broadcast, track, c.Slot.Sequence, c.Slot.Epoch), pinned, Convert.FromHexString(c.Certificate),
            Convert.FromHexString(c.Record), c.Segment.ToArray(), Hash(c.InitHash), Hash(c.Previous)), c);
    }

    private static Sha256Hash? Hash(string? hex) => hex is null ? null : new(new Bytes32(Convert.FromHexString(hex)));

    private static VectorFile Build() => new()
    {
        About = "Segment records and what a reader must say of them: docs/formats/segment-record.md. Binary is hexadecimal; "
            + "byte i of a segment is (i * multiplier + floor(i / 251) + offset) mod 256, then flip.xor is XORed onto byte flip.at. "
            + "null: the reader does not hold it, and skips that check.",
        Keys = new Dictionary<string, VectorKey>
        {
            ["identity"] = KeyOf(Identity),
            ["session"] = KeyOf(Session),
            ["otherIdentity"] = KeyOf(OtherIdentity),
            ["otherSession"] = KeyOf(OtherSession),
        },
        Init = Convert.ToHexStringLower(Init),
        InitHash = InitHash.ToString(),
        Certificate = Convert.ToHexStringLower(CertificateBytes),
        Records = [RecordOf(Record0, Segment0), RecordOf(Record1, Segment1), RecordOf(Record2, Segment2)],
        Cases = [.. VectorCases.All()],
    };

    private static VectorKey KeyOf(Ed25519PrivateKey key)
    {
        var seed = new byte[Ed25519PrivateKey.SeedLength];
        key.ExportSeed(seed);
        return new(Convert.ToHexStringLower(seed), key.PublicKey.ToString(), CoseKeyThumbprint.Of(key.PublicKey).ToString(), IdentityText.Format(key.PublicKey));
    }

    private static VectorRecord RecordOf(SignedRecord signed, VectorSegment segment) => new()
    {
        Payload = Convert.ToHexStringLower(RawCbor.Map(Pairs(signed.Record))),
        File = Convert.ToHexStringLower(signed.Bytes.Span),
        Hash = signed.Hash.ToString(),
        Segment = segment,
        Leaves = [.. VectorWorld.Leaves(segment.ToArray()).Select(Convert.ToHexStringLower)],
        ChunkRoot = signed.Record.ChunkRoot.ToString(),
        Epoch = signed.Record.Epoch,
        Sequence = signed.Record.Sequence,
        DecodeTime = signed.Record.DecodeTime.ToString(CultureInfo.InvariantCulture),
        Timescale = signed.Record.Timescale,
        Duration = signed.Record.Duration,
        CryptoPeriod = signed.Record.CryptoPeriod.ToString(CultureInfo.InvariantCulture),
        KeyId = signed.Record.KeyId.ToString(),
        Previous = signed.Record.Previous.ToString(),
        SealedAt = signed.Record.SealedAt.ToUnixTimeMilliseconds(),
    };

    private static VectorFile Read() =>
        JsonSerializer.Deserialize<VectorFile>(File.ReadAllText(CommittedPath()), s_json)
        ?? throw new InvalidDataException("segment-record.json is null");

    private static string CommittedPath() => Repository.Vector("segment-record.json");
}

using LiveLedger.Cryptography;
using LiveLedger.Media.Records;
using static LiveLedger.Vectors.Records.VectorWorld;

namespace LiveLedger.Vectors.Records;

/// <summary>The questions of <c>segment-record.json</c>: three that are good, and one broken in every way a reader must notice.</summary>
internal static class VectorCases
{
    private static readonly VectorSlot s_slot0 = new(Broadcast.ToString(), Track.Value, 0, 0);
    private static readonly VectorSlot s_slot1 = s_slot0 with { Sequence = 1 };

    private static readonly VectorCase s_good = new()
    {
        Name = "good: first segment, everything in hand",
        Slot = s_slot0,
        Pinned = IdentityText.Format(Identity.PublicKey),
        Certificate = Hex(CertificateBytes),
        Record = Hex(Record0.Bytes.ToArray()),
        Segment = Segment0,
        InitHash = InitHash.ToString(),
        Previous = null,
        Expected = "ok",
    };

    private static readonly VectorCase s_second = s_good with
    {
        Name = "good: second segment, four full chunks",
        Slot = s_slot1,
        Record = Hex(Record1.Bytes.ToArray()),
        Segment = Segment1,
        Previous = Record0.Hash.ToString(),
    };

    public static IEnumerable<VectorCase> All() =>
        [.. Good(), .. Certificates(), .. Malformed(), .. Records(), .. Segments(), .. Chain(), .. Order()];

    private static IEnumerable<VectorCase> Good()
    {
        yield return s_good;
        yield return s_second;
        yield return s_good with { Name = "good: a relay, which has no init, no pin, no previous record and no manifest", Slot = s_slot0 with { Epoch = null }, Pinned = null, InitHash = null };
        yield return s_second with { Name = "good: the previous record is not in hand", Previous = null };
        yield return s_good with
        {
            Name = "good: new epoch, decode time past 2^53, one byte",
            Slot = s_slot0 with { Sequence = 2, Epoch = 1 },
            Record = Hex(Record2.Bytes.ToArray()),
            Segment = Segment2,
            Previous = Record1.Hash.ToString(),
        };
        yield return s_good with { Name = "good: sealed in the first moment of the certificate", Record = Hex(Resealed(NotBefore * 1000)) };
        yield return s_good with { Name = "good: sealed in the last moment of the certificate", Record = Hex(Resealed(NotAfter * 1000)) };
    }

    private static IEnumerable<VectorCase> Certificates()
    {
        var session = Session.PublicKey.Value.ToArray();
        var pairs = CertificatePairs(session, NotBefore, NotAfter);
        var cose = new RawCose(CertificateType, RawCbor.Map(pairs), Identity);
        foreach (var (name, bytes) in new (string, byte[])[]
        {
            ("empty", []),
            ("a byte is missing", CertificateBytes[..^1]),
            ("a byte follows", [.. CertificateBytes, 0]),
            ("a bit of the signature is flipped", Flipped(CertificateBytes, CertificateBytes.Length - 1)),
            ("signed by another identity than it names", (cose with { Key = OtherIdentity }).Sign()),
            ("kid is another key's", (cose with { KeyId = RawCose.Thumbprint(OtherIdentity) }).Sign()),
            ("signed for the content type of a record", (cose with { ContentType = RecordType }).Sign()),
            ("version 2", (cose with { Payload = RawCbor.Map([(RawCbor.Int(1), RawCbor.Int(2)), .. pairs[1..]]) }).Sign()),
            ("session key of low order", (cose with { Payload = RawCbor.Map(CertificatePairs(new byte[32], NotBefore, NotAfter)) }).Sign()),
            ("session key is not a point", (cose with { Payload = RawCbor.Map(CertificatePairs([2, .. new byte[31]], NotBefore, NotAfter)) }).Sign()),
            ("not after equals not before", (cose with { Payload = RawCbor.Map(CertificatePairs(session, NotBefore, NotBefore)) }).Sign()),
            ("an unknown key 7", (cose with { Payload = RawCbor.Map([.. pairs, (RawCbor.Int(7), RawCbor.Int(0))]) }).Sign()),
        })
        {
            yield return Fails(s_good, $"certificate: {name}", "certificate-invalid") with { Certificate = Hex(bytes) };
        }

        yield return Fails(s_good, "certificate: of another broadcast", "certificate-wrong-broadcast") with
        {
            Certificate = Hex((Certificate with { Broadcast = OtherBroadcast }).Sign(Identity)),
        };
        yield return Fails(s_good, "certificate: the asked broadcast is another", "certificate-wrong-broadcast") with
        {
            Slot = s_slot0 with { Broadcast = OtherBroadcast.ToString() },
        };
        yield return Fails(s_good, "certificate: another identity than the pinned one", "identity-mismatch") with
        {
            Certificate = Hex((Certificate with { Identity = OtherIdentity.PublicKey }).Sign(OtherIdentity)),
        };
        yield return Fails(s_good, "certificate: of another session key", "record-signature") with
        {
            Certificate = Hex((Certificate with { SessionKey = OtherSession.PublicKey }).Sign(Identity)),
        };
    }

    private static IEnumerable<VectorCase> Malformed()
    {
        var file = Record0.Bytes.ToArray();
        var leaves = Record0.Leaves.ToArray();
        var pairs = Pairs(Fields0);
        var cose = new RawCose(RecordType, RawCbor.Map(pairs), Session);
        foreach (var (name, bytes) in new (string, byte[])[]
        {
            ("empty", []),
            ("a byte is missing", file[..^1]),
            ("a byte follows", [.. file, 0]),
            ("no leaf list", cose.Sign()),
            ("a leaf is missing", File(cose.Sign(), leaves[..^32])),
            ("a leaf too many", File(cose.Sign(), [.. leaves, .. new byte[32]])),
            ("leaf list with a long length", [.. cose.Sign(), .. RawCbor.Bytes(leaves, size: 2)]),
            ("no tag", File((cose with { Tag = null }).Sign(), leaves)),
            ("tag of COSE_Mac0", File((cose with { Tag = 17 }).Sign(), leaves)),
            ("algorithm ES256", File((cose with { Algorithm = -7 }).Sign(), leaves)),
            ("signed for the content type of a certificate", File((cose with { ContentType = CertificateType }).Sign(), leaves)),
            ("something in the unprotected map", File((cose with { Unprotected = RawCbor.Map((RawCbor.Int(4), RawCbor.Bytes([1]))) }).Sign(), leaves)),
            ("protected keys out of order", File((cose with { Protected = RawCbor.Map((RawCbor.Int(3), RawCbor.Text(RecordType)), (RawCbor.Int(1), RawCbor.Int(-8)), (RawCbor.Int(4), RawCbor.Bytes(RawCose.Thumbprint(Session)))) }).Sign(), leaves)),
            ("payload keys out of order", Payload(RawCbor.Map([pairs[1], pairs[0], .. pairs[2..]]))),
            ("a payload key twice", Payload(RawCbor.Map([pairs[0], pairs[0], .. pairs[1..]]))),
            ("a payload key is missing", Payload(RawCbor.Map(pairs[..^1]))),
            ("an unknown payload key", Payload(RawCbor.Map([.. pairs, (RawCbor.Int(17), RawCbor.Int(0))]))),
            ("payload map of indefinite length", Payload([0xbf, .. RawCbor.Map(pairs)[1..], 0xff])),
            ("a byte after the payload", Payload([.. RawCbor.Map(pairs), 0])),
            ("an integer that is not the shortest", Payload(With(4, RawCbor.Uint(0, size: 1)))),
            ("a key that is not the shortest", Payload(RawCbor.Map([.. pairs[..^1], (RawCbor.Uint(16, size: 1), pairs[^1].Value)]))),
            ("a byte string with a long length", Payload(With(14, RawCbor.Bytes(KeyId.Value.ToByteArray(bigEndian: true), size: 1)))),
            ("version 2", Payload(With(1, RawCbor.Int(2)))),
            ("broadcast of 15 bytes", Payload(With(2, RawCbor.Bytes(new byte[15])))),
            ("track as a byte string", Payload(With(3, RawCbor.Bytes("v0"u8)))),
            ("track with a slash", Payload(With(3, RawCbor.Text("v/0")))),
            ("track that begins with a hyphen", Payload(With(3, RawCbor.Text("-v0")))),
            ("track without a letter", Payload(With(3, RawCbor.Text("")))),
            ("track of 33 letters", Payload(With(3, RawCbor.Text(new string('v', 33))))),
            ("epoch of 33 bits", Payload(With(4, RawCbor.Uint(1UL << 32)))),
            ("a negative sequence", Payload(With(5, RawCbor.Int(-1)))),
            ("sequence as a float", Payload(With(5, [0xf9, 0, 0]))),
            ("timescale 0", Payload(With(7, RawCbor.Int(0)))),
            ("duration 0", Payload(With(8, RawCbor.Int(0)))),
            ("byte length 0", Payload(With(9, RawCbor.Int(0)))),
            ("byte length above 2^26", Payload(With(9, RawCbor.Uint((1UL << 26) + 1)))),
            ("chunk size 32768", Payload(With(10, RawCbor.Int(32_768)))),
            ("chunk root of 31 bytes", Payload(With(11, RawCbor.Bytes(new byte[31])))),
            ("previous is null", Payload(With(15, [0xf6]))),
            ("sealed after the year 9999", Payload(With(16, RawCbor.Uint(253_402_300_800_000)))),
        })
        {
            yield return Fails(s_good, $"record: {name}", "record-malformed") with { Record = Hex(bytes) };
        }

        byte[] Payload(byte[] payload) => File((cose with { Payload = payload }).Sign(), leaves);

        byte[] With(int key, byte[] value) => RawCbor.Map([.. pairs.Select((p, i) => i == key - 1 ? (p.Key, value) : p)]);
    }

    private static IEnumerable<VectorCase> Records()
    {
        var leaves = Record0.Leaves.ToArray();
        var cose = new RawCose(RecordType, RawCbor.Map(Pairs(Fields0)), Session);
        var file = Record0.Bytes.ToArray();
        var signatureEnd = cose.Sign().Length - 1;
        var unsigned = Fails(s_good, "", "record-signature");
        yield return unsigned with { Name = "record: signed by another key", Record = Hex(File((cose with { Key = OtherSession }).Sign(), leaves)) };
        yield return unsigned with { Name = "record: signed by the identity key itself", Record = Hex(File((cose with { Key = Identity }).Sign(), leaves)) };
        yield return unsigned with { Name = "record: kid is another key's", Record = Hex(File((cose with { KeyId = RawCose.Thumbprint(OtherSession) }).Sign(), leaves)) };
        yield return unsigned with { Name = "record: a bit of the signature is flipped", Record = Hex(Flipped(file, signatureEnd)) };
        yield return unsigned with { Name = "record: a bit of the previous hash is flipped", Record = Hex(Flipped(file, signatureEnd - 64 - 2 - 9 - 1)) };

        var elsewhere = Fails(s_good, "", "record-wrong-slot");
        yield return elsewhere with { Name = "record: of the next segment", Record = Hex(Record1.Bytes.ToArray()), Segment = Segment1 };
        yield return elsewhere with { Name = "record: of another epoch", Slot = s_slot0 with { Epoch = 1 } };
        yield return elsewhere with { Name = "record: of another track", Slot = s_slot0 with { Track = "v1" } };
        yield return elsewhere with { Name = "record: of another broadcast, by the same session key", Record = Hex(Sign(Fields0 with { Broadcast = OtherBroadcast }, Segment0).Bytes.ToArray()) };

        var expired = Fails(s_good, "", "certificate-expired");
        yield return expired with { Name = "record: sealed a millisecond before the certificate", Record = Hex(Resealed(NotBefore * 1000 - 1)) };
        yield return expired with { Name = "record: sealed a millisecond after the certificate", Record = Hex(Resealed(NotAfter * 1000 + 1)) };

        byte[] swapped = [.. leaves[32..64], .. leaves[..32], .. leaves[64..]];
        yield return Fails(s_good, "record: a bit of the last leaf is flipped", "record-leaves") with { Record = Hex(Flipped(file, file.Length - 1)) };
        yield return Fails(s_good, "record: two leaves swapped", "record-leaves") with { Record = Hex(File(cose.Sign(), swapped)) };
    }

    private static IEnumerable<VectorCase> Segments()
    {
        yield return Fails(s_good, "segment: a byte is missing", "segment-length") with { Segment = Segment0 with { Length = 39_999 } };
        yield return Fails(s_good, "segment: a byte follows", "segment-length") with { Segment = Segment0 with { Length = 40_001 } };
        yield return Fails(s_good, "segment: empty", "segment-length") with { Segment = Segment0 with { Length = 0 } };
        foreach (var (at, chunk) in new[] { (0, 0), (16_383, 0), (16_384, 1), (32_767, 1), (32_768, 2), (39_999, 2) })
        {
            yield return Fails(s_good, $"segment: a bit of byte {at} is flipped", "segment-chunk") with
            {
                Segment = Segment0 with { Flip = new(at, 0x80) },
                Chunk = chunk,
            };
        }
    }

    private static IEnumerable<VectorCase> Chain()
    {
        yield return Fails(s_good, "init: another", "init-mismatch") with { InitHash = Sha256Hash.Of([.. Init, 0]).ToString() };
        yield return Fails(s_second, "chain: another record came before", "chain-broken") with { Previous = Record1.Hash.ToString() };
        yield return Fails(s_good, "chain: the first record follows something", "chain-broken") with
        {
            Record = Hex(Sign(Fields0 with { Previous = Record1.Hash }, Segment0).Bytes.ToArray()),
        };
    }

    /// <summary>Two faults at once: the earlier check names the failure.</summary>
    private static IEnumerable<VectorCase> Order()
    {
        var file = Record0.Bytes.ToArray();
        yield return Fails(s_good, "order: identity before record", "identity-mismatch") with { Pinned = IdentityText.Format(OtherIdentity.PublicKey), Record = "" };
        yield return Fails(s_good, "order: broadcast before identity", "certificate-wrong-broadcast") with
        {
            Pinned = IdentityText.Format(OtherIdentity.PublicKey),
            Slot = s_slot0 with { Broadcast = OtherBroadcast.ToString() },
        };
        yield return Fails(s_good, "order: slot before leaves", "record-wrong-slot") with { Slot = s_slot1, Record = Hex(Flipped(file, file.Length - 1)) };
        yield return Fails(s_good, "order: leaves before length", "record-leaves") with { Segment = Segment0 with { Length = 1 }, Record = Hex(Flipped(file, file.Length - 1)) };
        yield return Fails(s_good, "order: the first bad chunk, then init", "segment-chunk") with
        {
            Segment = Segment0 with { Multiplier = 30 },
            InitHash = Sha256Hash.Of([]).ToString(),
            Chunk = 0,
        };
        yield return Fails(s_second, "order: init before chain", "init-mismatch") with { InitHash = Sha256Hash.Of([]).ToString(), Previous = Record1.Hash.ToString() };
    }

    private static VectorCase Fails(VectorCase good, string name, string code) => good with { Name = name, Expected = code };

    private static byte[] Resealed(long milliseconds) =>
        Sign(Fields0 with { SealedAt = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) }, Segment0).Bytes.ToArray();

    private static byte[] File(byte[] cose, byte[] leaves) => [.. cose, .. RawCbor.Bytes(leaves)];

    private static byte[] Flipped(byte[] bytes, int at)
    {
        byte[] copy = [.. bytes];
        copy[at] ^= 1;
        return copy;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

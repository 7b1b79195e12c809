using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.FraudProofs;
using LiveLedger.Peering.Statements;
using LiveLedger.Vectors.Records;
using static LiveLedger.Vectors.Peering.PeeringWorld;

namespace LiveLedger.Vectors.Peering;

/// <summary>What somebody brings as a proof, and what a reader says of it.</summary>
/// <param name="Name">What is the matter with it.</param>
/// <param name="Proof">Hexadecimal.</param>
/// <param name="Identity">The broadcaster's that the reader knows; null for none.</param>
/// <param name="Expected">malformed, a refusal's name, peer or publisher.</param>
/// <param name="Convicts">The pseudonym, or the identity's text; null where nothing is proved.</param>
internal sealed record FraudCase(string Name, string Proof, string? Identity, string Expected, string? Convicts);

/// <summary>Alice states of a chunk what its record does not say; a publisher signs a slot twice. The records are those of segment-record.json.</summary>
internal static class FraudCases
{
    private static readonly SignedRecord s_record = VectorWorld.Record1;
    private static readonly byte[] s_certificate = VectorWorld.CertificateBytes;
    private static readonly Bytes32 s_false = MerkleHash.Leaf("something else"u8);

    // The same place in the stream, other bytes.
    private static readonly SignedRecord s_twin = Resigned(VectorWorld.Fields1 with { Duration = VectorWorld.Fields1.Duration + 1 });

    public static Admission Admitted { get; } = Admission() with { Identity = VectorWorld.Identity.PublicKey };

    public static ChunkFraudProof Good { get; } = Of(s_record, 2, s_false, Alice, AdmissionToken.Sign(Admitted, Platform));

    public static EquivocationProof Twice { get; } = EquivocationProof.Of(s_record.Cose, s_certificate, s_twin.Cose, s_certificate);

    public static IReadOnlyList<FraudCase> All() =>
    [
        Case("of a chunk in the middle", Good),
        Case("of a segment of one chunk", Of(VectorWorld.Record2, 0, s_false, Alice, Good.Admission)),
        Case("of the short last chunk", Of(VectorWorld.Record0, 2, s_false, Alice, Good.Admission)),
        Case("of a relay", Of(s_record, 2, s_false, Alice, AdmissionToken.Sign(Admitted with { Role = PeerRole.Relay, Origin = "https://relay.example" }, Platform))),
        Case("with an admission of another platform", Good with { Admission = AdmissionToken.Sign(Admitted, OtherPlatform) }),
        Case("with an admission of another platform's name", Good with { Admission = AdmissionToken.Sign(Admitted with { Issuer = "https://other.example" }, Platform) }),
        Case("with an admission of another broadcast", Good with { Admission = AdmissionToken.Sign(Admitted with { Broadcast = OtherBroadcast }, Platform) }),
        Case("with an admission of another peer", Good with { Admission = AdmissionToken.Sign(Admitted with { Key = Bob.PublicKey }, Platform) }),
        Case("of a record of another broadcaster", Good with { Admission = AdmissionToken.Sign(Admitted with { Identity = Broadcaster.PublicKey }, Platform) }),
        Case("with a certificate of another session key", Good with { Certificate = (VectorWorld.Certificate with { SessionKey = VectorWorld.OtherSession.PublicKey }).Sign(VectorWorld.Identity) }),
        Case("with a certificate that was over", Good with { Certificate = (VectorWorld.Certificate with { NotAfter = VectorWorld.Certificate.NotBefore.AddSeconds(1) }).Sign(VectorWorld.Identity) }),
        Case("with a certificate that is none", Good with { Certificate = new byte[] { 0xd2 } }),
        Case("with another record", Good with { Record = VectorWorld.Record0.Cose }),
        Case("with a record altered by a bit", Good with { Record = Flipped(Good.Record) }),
        Case("of another chunk", Good with { Chunk = 1 }),
        Case("of a chunk behind the last", Good with { Chunk = 4 }),
        Case("with a leaf that is not the record's", Good with { Leaf = MerkleHash.Leaf("a third thing"u8) }),
        Case("without a path", Good with { Path = [] }),
        Case("with a path too long", Good with { Path = [.. Good.Path, s_false] }),
        Case("of what is true", Of(s_record, 2, s_record.Leaf(2), Alice, Good.Admission)),
        Case("of what somebody else said", Of(s_record, 2, s_false, Bob, Good.Admission)),
        Case("with another thing than was said", Good with { Stated = MerkleHash.Leaf("a third thing"u8) }),
        Case("with a statement altered by a bit", Good with { Statement = Flipped(Good.Statement) }),
        Case("of a slot signed twice", Twice),
        Case("of a slot signed twice, by the identity that is known", Twice, VectorWorld.Identity.PublicKey),
        Case("of a slot signed twice, by an identity that is not the broadcaster's", Twice, VectorWorld.OtherIdentity.PublicKey),
        Case("of a slot signed under two certificates of one identity", EquivocationProof.Of(
            s_record.Cose, s_certificate,
            Resigned(VectorWorld.Fields1 with { Duration = 7 }, VectorWorld.OtherSession).Cose, (VectorWorld.Certificate with { SessionKey = VectorWorld.OtherSession.PublicKey }).Sign(VectorWorld.Identity))),
        Case("of a slot signed under certificates of two identities", EquivocationProof.Of(
            s_record.Cose, s_certificate,
            Resigned(VectorWorld.Fields1 with { Duration = 7 }, VectorWorld.OtherSession).Cose,
            (VectorWorld.Certificate with { SessionKey = VectorWorld.OtherSession.PublicKey, Identity = VectorWorld.OtherIdentity.PublicKey }).Sign(VectorWorld.OtherIdentity))),
        Case("of two slots", EquivocationProof.Of(s_record.Cose, s_certificate, VectorWorld.Record0.Cose, s_certificate)),
        Case("of two epochs", EquivocationProof.Of(s_record.Cose, s_certificate, Resigned(VectorWorld.Fields1 with { Epoch = 1 }).Cose, s_certificate)),
        Case("of a slot signed twice, the second by another key", EquivocationProof.Of(
            s_record.Cose, s_certificate, Resigned(VectorWorld.Fields1 with { Duration = 7 }, VectorWorld.OtherSession).Cose, s_certificate)),
        Case("with the two in the wrong order", Swapped(Twice)),
        Case("of a record and itself", Doubled(Twice)),
        Case("cut off", Good.ToBytes()[..^1]),
        Case("with a byte more", [.. Good.ToBytes(), 0]),
        Case("of a kind that is none", [.. Good.ToBytes()[..2], 3, .. Good.ToBytes()[3..]]),
        Case("with a path of half a hash", [.. Good.ToBytes()[..^33], .. "X\u0010"u8, .. new byte[16]]),
        Case("with a line feed in the admission", (Good with { Admission = "a\nb" }).ToBytes()),
        Case("of chunk 4096", (Good with { Chunk = 4096 }).ToBytes()),
        Case("too long", new byte[FraudProof.MaxLength + 1]),
        Case("of nothing", []),
    ];

    /// <summary>What our reader says.</summary>
    public static (string Expected, string? Convicts) Judge(byte[] bytes, Ed25519PublicKey? identity)
    {
        if (!FraudProof.TryRead(bytes, out var proof))
        {
            return ("malformed", null);
        }

        var refusal = new FraudVerifier(new AdmissionVerifier(Issuer, [Platform.PublicKey])).Verify(proof, identity, out var verdict);
        return verdict switch
        {
            PeerConviction peer => ("peer", peer.Peer.ToString()),
            PublisherEquivocation publisher => ("publisher", StrictBase64Url.Encode(publisher.Identity.Value.ToArray())),
            _ => (refusal.ToString().ToLowerInvariant(), null),
        };
    }

    private static ChunkFraudProof Of(SignedRecord record, int chunk, Bytes32 stated, Ed25519PrivateKey key, string admission)
    {
        var statement = new byte[Ed25519PublicKey.SignatureLength];
        new ChunkStatement(record.Hash, chunk, stated).Sign(key, statement);
        var leaves = new Bytes32[ChunkTree.CountFor(record.Record.ByteLength)];
        for (var n = 0; n < leaves.Length; n++)
        {
            leaves[n] = record.Leaf(n);
        }

        return new()
        {
            Record = record.Cose,
            Certificate = s_certificate,
            Admission = admission,
            Chunk = chunk,
            Stated = stated,
            Statement = statement,
            Leaf = record.Leaf(chunk),
            Path = MerklePath.Of(leaves, chunk),
        };
    }

    private static SignedRecord Resigned(SegmentRecord fields, Ed25519PrivateKey? session = null) =>
        SignedRecord.Sign(fields, ChunkTree.Of(VectorWorld.Segment1.ToArray()), session ?? VectorWorld.Session);

    private static byte[] Flipped(ReadOnlyMemory<byte> bytes)
    {
        var flipped = bytes.ToArray();
        flipped[^1] ^= 1;
        return flipped;
    }

    // What our writer never writes: by hand.
    private static byte[] Swapped(EquivocationProof proof) => Pair(proof, proof.OtherRecord, proof.Record);

    private static byte[] Doubled(EquivocationProof proof) => Pair(proof, proof.Record, proof.Record);

    private static byte[] Pair(EquivocationProof proof, ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second) =>
    [
        0xa5, 1, 2,
        2, .. RawCbor.Bytes(first.ToArray()),
        3, .. RawCbor.Bytes(proof.Certificate.ToArray()),
        4, .. RawCbor.Bytes(second.ToArray()),
        5, .. RawCbor.Bytes(proof.OtherCertificate.ToArray()),
    ];

    private static FraudCase Case(string name, FraudProof proof, Ed25519PublicKey? identity = null) => Case(name, proof.ToBytes(), identity);

    private static FraudCase Case(string name, byte[] proof, Ed25519PublicKey? identity = null)
    {
        var (expected, convicts) = Judge(proof, identity);
        return new(name, Convert.ToHexStringLower(proof), identity?.ToString(), expected, convicts);
    }
}

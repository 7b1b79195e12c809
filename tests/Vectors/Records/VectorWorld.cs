using System.Security.Cryptography;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Records;

namespace LiveLedger.Vectors.Records;

/// <summary>The one broadcast of the vectors: fixed keys, a certificate of a day, a track of three segments.</summary>
internal static class VectorWorld
{
    public const string RecordType = "application/vnd.liveledger.segment-record+cbor";
    public const string CertificateType = "application/vnd.liveledger.signer-certificate+cbor";
    public const long NotBefore = 1_700_000_000;
    public const long NotAfter = NotBefore + 86_400;
    public const long SealedAt = NotBefore * 1000 + 2_345;

    public static readonly Ed25519PrivateKey Identity = Key(1);
    public static readonly Ed25519PrivateKey Session = Key(2);
    public static readonly Ed25519PrivateKey OtherIdentity = Key(3);
    public static readonly Ed25519PrivateKey OtherSession = Key(4);
    public static readonly BroadcastId Broadcast = Id("01990000000070008000000000000001");
    public static readonly BroadcastId OtherBroadcast = Id("01990000000070008000000000000002");
    public static readonly TrackName Track = Name("v0");
    public static readonly byte[] Init = [.. "\0\0\0\u0010ftypcmf2\0\0\0\0"u8];
    public static readonly KeyId KeyId = new(new Guid("a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf"));

    public static readonly SignerCertificate Certificate = new()
    {
        Broadcast = Broadcast,
        SessionKey = Session.PublicKey,
        NotBefore = DateTimeOffset.FromUnixTimeSeconds(NotBefore),
        NotAfter = DateTimeOffset.FromUnixTimeSeconds(NotAfter),
        Identity = Identity.PublicKey,
    };

    public static readonly byte[] CertificateBytes = Certificate.Sign(Identity);

    /// <summary>Two chunks and a rest.</summary>
    public static readonly VectorSegment Segment0 = new(40_000, 31, 7);

    /// <summary>Exactly four chunks: no rest, and a tree with two full levels.</summary>
    public static readonly VectorSegment Segment1 = new(65_536, 17, 3);

    /// <summary>One byte.</summary>
    public static readonly VectorSegment Segment2 = new(1, 0, 200);

    public static readonly SegmentRecord Fields0 = Fields(Segment0, 0, 0, 0, default);
    public static readonly SignedRecord Record0 = Sign(Fields0, Segment0);
    public static readonly SegmentRecord Fields1 = Fields(Segment1, 0, 1, 25_600, Record0.Hash);
    public static readonly SignedRecord Record1 = Sign(Fields1, Segment1);

    /// <summary>A new epoch goes on in the sequence; the decode time is past 2^53.</summary>
    public static readonly SegmentRecord Fields2 = Fields(Segment2, 1, 2, (1UL << 53) + 1, Record1.Hash);
    public static readonly SignedRecord Record2 = Sign(Fields2, Segment2);

    public static Sha256Hash InitHash => Sha256Hash.Of(Init);

    public static SignedRecord Sign(SegmentRecord record, VectorSegment segment) =>
        SignedRecord.Sign(record, ChunkTree.Of(segment.ToArray()), Session);

    /// <summary>The payload's pairs in order, encoded without the product.</summary>
    public static (byte[] Key, byte[] Value)[] Pairs(SegmentRecord record)
    {
        byte[][] values =
        [
            RawCbor.Int(1),
            RawCbor.Bytes(record.Broadcast.Value.ToByteArray(bigEndian: true)),
            RawCbor.Text(record.Track.Value),
            RawCbor.Uint(record.Epoch),
            RawCbor.Uint(record.Sequence),
            RawCbor.Uint(record.DecodeTime),
            RawCbor.Uint(record.Timescale),
            RawCbor.Uint(record.Duration),
            RawCbor.Int(record.ByteLength),
            RawCbor.Int(16_384),
            RawCbor.Bytes(record.ChunkRoot.ToArray()),
            RawCbor.Bytes(record.InitHash.Value.ToArray()),
            RawCbor.Uint(record.CryptoPeriod),
            RawCbor.Bytes(record.KeyId.Value.ToByteArray(bigEndian: true)),
            RawCbor.Bytes(record.Previous.Value.ToArray()),
            RawCbor.Int(record.SealedAt.ToUnixTimeMilliseconds()),
        ];
        return [.. values.Select(static (value, i) => (RawCbor.Int(i + 1), value))];
    }

    public static (byte[] Key, byte[] Value)[] CertificatePairs(byte[] session, long notBefore, long notAfter) =>
    [
        (RawCbor.Int(1), RawCbor.Int(1)),
        (RawCbor.Int(2), RawCbor.Bytes(Broadcast.Value.ToByteArray(bigEndian: true))),
        (RawCbor.Int(3), RawCbor.Bytes(session)),
        (RawCbor.Int(4), RawCbor.Int(notBefore)),
        (RawCbor.Int(5), RawCbor.Int(notAfter)),
        (RawCbor.Int(6), RawCbor.Bytes(Identity.PublicKey.Value.ToArray())),
    ];

    /// <summary>Leaf hashes of RFC 6962 §2.1, computed without the product.</summary>
    public static byte[][] Leaves(byte[] segment) =>
        [.. segment.Chunk(16_384).Select(static chunk => SHA256.HashData([0, .. chunk]))];

    private static SegmentRecord Fields(VectorSegment segment, uint epoch, uint sequence, ulong decodeTime, Sha256Hash previous)
    {
        var tree = ChunkTree.Of(segment.ToArray());
        return new()
        {
            Broadcast = Broadcast,
            Track = Track,
            Epoch = epoch,
            Sequence = sequence,
            DecodeTime = decodeTime,
            Timescale = 12_800,
            Duration = 25_600,
            ByteLength = tree.ByteLength,
            ChunkRoot = tree.Root,
            InitHash = InitHash,
            CryptoPeriod = 0,
            KeyId = KeyId,
            Previous = previous,
            SealedAt = DateTimeOffset.FromUnixTimeMilliseconds(SealedAt + sequence * 2_000),
        };
    }

    private static Ed25519PrivateKey Key(byte seed)
    {
        var bytes = new byte[Ed25519PrivateKey.SeedLength];
        Array.Fill(bytes, seed);
        return Ed25519PrivateKey.FromSeed(bytes);
    }

    private static BroadcastId Id(string text) => BroadcastId.TryParse(text, out var id) ? id : throw new FormatException(text);

    private static TrackName Name(string text) => TrackName.TryParse(text, out var name) ? name : throw new FormatException(text);
}

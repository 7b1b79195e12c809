using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Records;

namespace LiveLedger.Media.Tests.Records;

/// <summary>One broadcast with one signed segment of three chunks, the keys made anew for each test.</summary>
internal sealed class Sample : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 21, 5, 0, 0, TimeSpan.Zero);

    public Sample()
    {
        Segment = new byte[40_000];
        new Random(7).NextBytes(Segment);
        Certificate = new()
        {
            Broadcast = Slot.Broadcast,
            SessionKey = Session.PublicKey,
            NotBefore = Start,
            NotAfter = Start.AddHours(1),
            Identity = Identity.PublicKey,
        };
        CertificateBytes = Certificate.Sign(Identity);
        var tree = ChunkTree.Of(Segment);
        Fields = new()
        {
            Broadcast = Slot.Broadcast,
            Track = Slot.Track,
            Epoch = 3,
            Sequence = Slot.Sequence,
            DecodeTime = 1_234_567,
            Timescale = 90_000,
            Duration = 180_000,
            ByteLength = tree.ByteLength,
            ChunkRoot = tree.Root,
            InitHash = Sha256Hash.Of("init"u8),
            CryptoPeriod = 0,
            KeyId = new(Guid.NewGuid()),
            Previous = Sha256Hash.Of("the record before"u8),
            SealedAt = Start.AddSeconds(5),
        };
        Record = SignedRecord.Sign(Fields, tree, Session);
    }

    public Ed25519PrivateKey Identity { get; } = Ed25519PrivateKey.Generate();

    public Ed25519PrivateKey Session { get; } = Ed25519PrivateKey.Generate();

    public SegmentSlot Slot { get; } = new(BroadcastId.New(TimeProvider.System), Name("video-1"), 12, 3);

    public byte[] Segment { get; }

    public SignerCertificate Certificate { get; }

    public byte[] CertificateBytes { get; }

    public SegmentRecord Fields { get; }

    public SignedRecord Record { get; }

    public static TrackName Name(string text) => TrackName.TryParse(text, out var name) ? name : throw new FormatException(text);

    public VerificationResult Verify(byte[]? certificate = null, byte[]? record = null, byte[]? segment = null) =>
        SegmentVerification.Verify(
            Slot, Identity.PublicKey, certificate ?? CertificateBytes, record ?? Record.Bytes.Span, segment ?? Segment,
            Fields.InitHash, Fields.Previous);

    public void Dispose()
    {
        Identity.Dispose();
        Session.Dispose();
    }
}

using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;

namespace LiveLedger.Fuzz.Targets;

/// <summary>Good records and a certificate to mutate; the same in every run.</summary>
internal static class Samples
{
    private static readonly Ed25519PrivateKey s_identity = Ed25519PrivateKey.FromSeed(new byte[32]);
    private static readonly Ed25519PrivateKey s_session = Ed25519PrivateKey.FromSeed(Enumerable.Repeat((byte)1, 32).ToArray());
    private static readonly BroadcastId s_broadcast = new(new Guid("01990000-0000-7000-8000-000000000001"));

    public static byte[] Certificate { get; } = new SignerCertificate
    {
        Broadcast = s_broadcast,
        SessionKey = s_session.PublicKey,
        NotBefore = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
        NotAfter = DateTimeOffset.FromUnixTimeSeconds(1_700_086_400),
        Identity = s_identity.PublicKey,
    }.Sign(s_identity);

    public static IReadOnlyList<byte[]> Records { get; } = [Record(1, 0), Record(16_384, 1), Record(100_000, uint.MaxValue)];

    private static byte[] Record(int length, uint sequence)
    {
        var tree = ChunkTree.Of(new byte[length]);
        TrackName.TryParse("video_1", out var track);
        return SignedRecord.Sign(
            new()
            {
                Broadcast = s_broadcast,
                Track = track,
                Epoch = sequence,
                Sequence = sequence,
                DecodeTime = sequence * 25_600UL,
                Timescale = 12_800,
                Duration = 25_600,
                ByteLength = tree.ByteLength,
                ChunkRoot = tree.Root,
                InitHash = Sha256Hash.Of("init"u8),
                CryptoPeriod = 0,
                KeyId = new(Guid.Empty),
                Previous = default,
                SealedAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_001),
            },
            tree, s_session).Bytes.ToArray();
    }
}

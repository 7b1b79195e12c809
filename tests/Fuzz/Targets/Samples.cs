using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Media;
using LiveLedger.Media.Chunks;

namespace LiveLedger.Fuzz.Targets;

/// <summary>Good records and a certificate to mutate; the same in every run.</summary>
internal static class Samples
{
    private static readonly SampleSigner s_signer = new(
        new(new Guid("01990000-0000-7000-8000-000000000001")),
        DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
        Ed25519PrivateKey.FromSeed(new byte[32]),
        Ed25519PrivateKey.FromSeed(Enumerable.Repeat((byte)1, 32).ToArray()));

    public static byte[] Certificate { get; } = s_signer.Certificate();

    public static IReadOnlyList<byte[]> Records { get; } = [Record(1, 0), Record(16_384, 1), Record(100_000, uint.MaxValue)];

    private static byte[] Record(int length, uint sequence)
    {
        var tree = ChunkTree.Of(new byte[length]);
        return s_signer.Sign(s_signer.Fields("video_1", sequence, tree) with { Epoch = sequence }, tree).Bytes.ToArray();
    }
}

using System.Buffers.Text;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Records;

namespace LiveLedger.Harness.Bundles;

/// <summary>The payloads of a broadcast's events, as the server logs them: a certificate, chains of signed records, and how it ended.</summary>
public sealed class SampleRecords(BroadcastId broadcast) : IDisposable
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly ChunkTree s_tree = ChunkTree.Of(new byte[20_000]);

    private readonly Ed25519PrivateKey _session = Ed25519PrivateKey.Generate();
    private readonly Dictionary<string, (uint Count, Sha256Hash Last)> _tracks = [];

    /// <summary>The broadcaster.</summary>
    public Ed25519PrivateKey Identity { get; } = Ed25519PrivateKey.Generate();

    /// <summary>Payload of <c>signer-certified</c>.</summary>
    public byte[] Certified() => JsonSerializer.SerializeToUtf8Bytes(new
    {
        at = s_start,
        certificate = Base64Url.EncodeToString(new SignerCertificate
        {
            Broadcast = broadcast,
            SessionKey = _session.PublicKey,
            NotBefore = s_start,
            NotAfter = s_start.AddDays(1),
            Identity = Identity.PublicKey,
        }.Sign(Identity)),
    });

    /// <summary>Forgets what was sealed; keys stay.</summary>
    public void BeginAgain() => _tracks.Clear();

    /// <summary>Payload of the next <c>segment-sealed</c> of a track.</summary>
    public byte[] Sealed(string track)
    {
        TrackName.TryParse(track, out var name);
        var (sequence, previous) = _tracks.GetValueOrDefault(track);
        var signed = SignedRecord.Sign(
            new()
            {
                Broadcast = broadcast,
                Track = name,
                Epoch = 0,
                Sequence = sequence,
                DecodeTime = sequence * 25_600UL,
                Timescale = 12_800,
                Duration = 25_600,
                ByteLength = s_tree.ByteLength,
                ChunkRoot = s_tree.Root,
                InitHash = Sha256Hash.Of("init"u8),
                CryptoPeriod = 0,
                KeyId = new(Guid.Empty),
                Previous = previous,
                SealedAt = s_start.AddSeconds(1 + sequence),
            },
            s_tree, _session);
        _tracks[track] = (sequence + 1, signed.Hash);
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            broadcast = broadcast.ToString(),
            track,
            epoch = 0,
            sequence,
            byteLength = s_tree.ByteLength,
            recordHash = signed.Hash.ToString(),
            record = Base64Url.EncodeToString(signed.Cose.Span),
        });
    }

    /// <summary>Payload of <c>broadcast-ended</c>.</summary>
    public byte[] Ended() => JsonSerializer.SerializeToUtf8Bytes(new
    {
        at = s_start.AddHours(2),
        tracks = _tracks.Select(static t => new { track = t.Key, segments = t.Value.Count, lastRecord = t.Value.Last.ToString() }),
    });

    public void Dispose()
    {
        Identity.Dispose();
        _session.Dispose();
    }
}

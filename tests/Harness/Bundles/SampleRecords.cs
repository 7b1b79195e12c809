using System.Buffers.Text;
using System.Text.Json;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Media;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;

namespace LiveLedger.Harness.Bundles;

/// <summary>The payloads of a broadcast's events, as the server logs them: a certificate, chains of signed records, and how it ended.</summary>
public sealed class SampleRecords(BroadcastId broadcast) : IDisposable
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly ChunkTree s_tree = ChunkTree.Of(new byte[20_000]);

    private readonly SampleSigner _signer = new(broadcast, s_start);

    /// <summary>The broadcaster.</summary>
    public Ed25519PrivateKey Identity => _signer.Identity;

    /// <summary>Payload of <c>signer-certified</c>.</summary>
    public byte[] Certified() => JsonSerializer.SerializeToUtf8Bytes(new { at = s_start, certificate = Base64Url.EncodeToString(_signer.Certificate()) });

    /// <summary>Forgets what was sealed; keys stay.</summary>
    public void BeginAgain() => _signer.BeginAgain();

    /// <summary>Payload of the next <c>segment-sealed</c> of a track.</summary>
    public byte[] Sealed(string track)
    {
        var signed = _signer.SignNext(track, s_tree);
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            broadcast = broadcast.ToString(),
            track,
            epoch = 0,
            sequence = signed.Record.Sequence,
            byteLength = s_tree.ByteLength,
            recordHash = signed.Hash.ToString(),
            record = Base64Url.EncodeToString(signed.Cose.Span),
        });
    }

    /// <summary>Payload of <c>broadcast-ended</c>.</summary>
    public byte[] Ended() => JsonSerializer.SerializeToUtf8Bytes(new
    {
        at = s_start.AddHours(2),
        tracks = _signer.Last.Select(static t => new { track = t.Key, segments = t.Value.Record.Sequence + 1, lastRecord = t.Value.Hash.ToString() }),
    });

    public void Dispose() => _signer.Dispose();
}

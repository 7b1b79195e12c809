using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Records;

namespace LiveLedger.Cli;

/// <summary>A broadcast of three segments on one track, really signed, on a <see cref="TestOrigin"/>.</summary>
internal sealed class SignedBroadcast
{
    internal SignedBroadcast(TestOrigin origin)
    {
        Origin = origin;
        TrackName.TryParse("v", out var track);
        using var session = Ed25519PrivateKey.Generate();
        var certificate = new SignerCertificate
        {
            Broadcast = Id,
            SessionKey = session.PublicKey,
            NotBefore = DateTimeOffset.UtcNow.AddHours(-1),
            NotAfter = DateTimeOffset.UtcNow.AddHours(1),
            Identity = Identity.PublicKey,
        };
        origin.Files[$"/live/{Id}/signer"] = certificate.Sign(Identity);
        origin.Files[$"/live/{Id}/v/init.mp4"] = "init"u8.ToArray();
        var previous = default(Sha256Hash);
        for (uint sequence = 0; sequence < 3; sequence++)
        {
            var segment = new byte[40_000];
            new Random((int)sequence).NextBytes(segment);
            var tree = ChunkTree.Of(segment);
            var record = SignedRecord.Sign(new()
            {
                Broadcast = Id,
                Track = track,
                Epoch = 0,
                Sequence = sequence,
                DecodeTime = sequence * 48,
                Timescale = 24,
                Duration = 48,
                ByteLength = segment.Length,
                ChunkRoot = tree.Root,
                InitHash = Sha256Hash.Of("init"u8),
                CryptoPeriod = 0,
                KeyId = new(Guid.Empty),
                Previous = previous,
                SealedAt = DateTimeOffset.UtcNow,
            }, tree, session);
            previous = record.Hash;
            origin.Files[$"/live/{Id}/v/{sequence}.m4s"] = segment;
            origin.Files[$"/live/{Id}/v/{sequence}.record"] = record.Bytes.ToArray();
        }
    }

    internal TestOrigin Origin { get; }

    internal BroadcastId Id { get; } = BroadcastId.New(TimeProvider.System);

    internal Ed25519PrivateKey Identity { get; } = Ed25519PrivateKey.Generate();

    internal string Url(uint sequence) => new Uri(Origin.Address, $"/live/{Id}/v/{sequence}.m4s").AbsoluteUri;
}

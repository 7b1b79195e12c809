using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Media;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;

namespace LiveLedger.Cli;

/// <summary>A broadcast of three segments on one track, really signed, on a <see cref="TestOrigin"/>.</summary>
internal sealed class SignedBroadcast
{
    internal SignedBroadcast(TestOrigin origin)
    {
        Origin = origin;
        var signer = new SampleSigner(Id, DateTimeOffset.UtcNow.AddHours(-1));
        Identity = signer.Identity;
        origin.Files[$"/live/{Id}/signer"] = signer.Certificate();
        origin.Files[$"/live/{Id}/v/init.mp4"] = SampleSigner.Init.ToArray();
        for (var sequence = 0; sequence < 3; sequence++)
        {
            var segment = new byte[40_000];
            new Random(sequence).NextBytes(segment);
            origin.Files[$"/live/{Id}/v/{sequence}.m4s"] = segment;
            origin.Files[$"/live/{Id}/v/{sequence}.record"] = signer.SignNext("v", ChunkTree.Of(segment)).Bytes.ToArray();
        }
    }

    internal TestOrigin Origin { get; }

    internal BroadcastId Id { get; } = BroadcastId.New(TimeProvider.System);

    internal Ed25519PrivateKey Identity { get; }

    internal string Url(uint sequence) => new Uri(Origin.Address, $"/live/{Id}/v/{sequence}.m4s").AbsoluteUri;
}

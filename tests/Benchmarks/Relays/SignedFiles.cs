using System.Security.Cryptography;
using LiveLedger.Harness.Media;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;

namespace LiveLedger.Benchmarks.Relays;

/// <summary>A broadcast of one track, really signed, as the files that an origin serves: a minute of two-second segments.</summary>
internal sealed class SignedFiles : IDisposable
{
    public const int Segments = 30;
    public const int SegmentBytes = 750_000;

    private readonly SampleSigner _signer;

    public SignedFiles()
    {
        _signer = new(Broadcast, DateTimeOffset.UtcNow.AddHours(-1));
        All["signer"] = _signer.Certificate();
        All["v/init.mp4"] = SampleSigner.Init.ToArray();
        for (var n = 0; n < Segments; n++)
        {
            var bytes = RandomNumberGenerator.GetBytes(SegmentBytes);
            All[$"v/{n}.m4s"] = bytes;
            All[$"v/{n}.record"] = _signer.SignNext("v", ChunkTree.Of(bytes)).Bytes.ToArray();
        }
    }

    public BroadcastId Broadcast { get; } = BroadcastId.New(TimeProvider.System);

    public string Identity => IdentityText.Format(_signer.Identity.PublicKey);

    /// <summary>By path below the broadcast's folder.</summary>
    public Dictionary<string, byte[]> All { get; } = [];

    public string PathOf(string file) => $"/live/{Broadcast}/{file}";

    /// <summary>Writes them where a file server finds them by the same paths.</summary>
    public void WriteTo(string root)
    {
        foreach (var (file, bytes) in All)
        {
            var path = root + PathOf(file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }
    }

    public void Dispose() => _signer.Dispose();
}

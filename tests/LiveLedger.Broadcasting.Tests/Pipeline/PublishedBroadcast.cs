using System.Security.Cryptography;
using LiveLedger.Broadcasting.Origin;
using LiveLedger.Broadcasting.Pipeline;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Media;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Records;

namespace LiveLedger.Broadcasting.Tests.Pipeline;

/// <summary>A broadcast's pipeline on a disk of its own, as a publisher meets it; can be killed and begun again.</summary>
internal sealed class PublishedBroadcast : IDisposable
{
    public static readonly Publisher Encoder = new("c1", "127.0.0.1 Lavf", true);

    private readonly TemporaryFolder _folder = new();
    private readonly BroadcastId _id = BroadcastId.New(TimeProvider.System);
    private readonly byte[] _master = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _seed = RandomNumberGenerator.GetBytes(32);
    private readonly ProtectionScheme _scheme;
    private readonly KeyPeriodLength _keyPeriod;
    private readonly KeySignalling _signalling;
    private BroadcastPipeline _pipeline;

    public PublishedBroadcast(ProtectionScheme scheme = ProtectionScheme.Cbcs, KeyPeriodLength keyPeriod = default, KeySignalling signalling = KeySignalling.Init)
    {
        (_scheme, _keyPeriod, _signalling) = (scheme, keyPeriod, signalling);
        _pipeline = Open();
    }

    /// <summary>Until when the broadcaster stands for the session key; read when the broadcast opens.</summary>
    public DateTimeOffset SignerNotAfter { get; set; } = DateTimeOffset.UtcNow.AddDays(30);

    /// <summary>How far the clock is ahead of the machine's.</summary>
    public ShiftedTime Clock { get; } = new();

    public BroadcastPipeline Pipeline => _pipeline;

    public Recording Recording => _pipeline.Recording;

    public TrackPipeline Track(string name) => _pipeline.Track(Name(name));

    public TrackRecording Recorded(string name) => Recording.Find(Name(name))!;

    /// <summary>The same disk as another process reads it.</summary>
    public Recording ReadElsewhere() => Recording.OpenToRead(_id, _folder.Path);

    /// <summary>Forgets everything in memory without a farewell, and opens what is on disk, as after kill -9.</summary>
    public void KillAndRestart() => _pipeline = Open();

    public Task<Refusal?> InitAsync(CmafSource source, string track, Publisher? publisher = null) =>
        Track(track).PutInitAsync(source.Init(track), publisher ?? Encoder, CancellationToken.None);

    public Task<Refusal?> SegmentAsync(CmafSource source, string track, int index, Publisher? publisher = null) =>
        Track(track).PutSegmentAsync(source.Segments(track)[index], publisher ?? Encoder, CancellationToken.None);

    /// <summary>Pushes inits and segments [from, to) of all tracks, as an encoder that starts.</summary>
    public async Task PublishAsync(CmafSource source, int from, int to, bool init = true, Publisher? publisher = null)
    {
        foreach (var track in init ? source.Tracks : [])
        {
            Assert.Null(await InitAsync(source, track, publisher));
        }

        for (var i = from; i < to; i++)
        {
            foreach (var track in source.Tracks)
            {
                Assert.Null(await SegmentAsync(source, track, i, publisher));
            }
        }
    }

    /// <summary>Re-reads the disk as an outsider: every record verifies, is in its slot, and follows the one before.</summary>
    public void CheckAsAuditor()
    {
        using var session = Ed25519PrivateKey.FromSeed(_seed);
        using var identity = Ed25519PrivateKey.Generate();
        var certificate = new SignerCertificate
        {
            Broadcast = _id,
            SessionKey = session.PublicKey,
            Identity = identity.PublicKey,
            NotBefore = DateTimeOffset.UtcNow.AddDays(-1),
            NotAfter = DateTimeOffset.UtcNow.AddDays(30),
        }.Sign(identity);
        foreach (var track in Recording.Tracks)
        {
            Sha256Hash? previous = null;
            ulong end = 0;
            for (uint n = 0; n < track.Count; n++)
            {
                Assert.True(track.TryGet(n, out var entry));
                var init = track.InitOf(entry.Epoch, entry.CryptoPeriod)!;
                var result = SegmentVerification.Verify(
                    new SegmentSlot(_id, track.Name, n, entry.Epoch), identity.PublicKey, certificate, File.ReadAllBytes(track.Files.RecordPath(n)),
                    File.ReadAllBytes(track.Files.SegmentPath(n)), Sha256Hash.Of(File.ReadAllBytes(track.Files.InitPath(init.Epoch, init.InitPeriod))), previous);
                Assert.True(result.IsOk, $"track {track.Name} segment {n}: {result}");
                Assert.True(entry.DecodeTime >= end, $"track {track.Name} segment {n} lies on the one before");
                (previous, end) = (track.Files.ReadRecord(n)!.Hash, entry.EndTime - entry.Duration / 10);
            }

            Assert.Null(track.Files.ReadRecord(track.Count));
        }
    }

    public void Dispose()
    {
        _pipeline.Dispose();
        _folder.Dispose();
    }

    private static TrackName Name(string text) => TrackName.TryParse(text, out var name) ? name : throw new ArgumentException(text);

    private BroadcastPipeline Open() => new(
        Recording.OpenToWrite(_id, _folder.Path), _scheme, _keyPeriod, _signalling, new(Ed25519PrivateKey.FromSeed(_seed), SignerNotAfter),
        new()
        {
            CreateContentKeys = static (_, _, _) => Task.CompletedTask,
            SegmentSealed = static (_, _, _, _, _) => { },
            ContentKeyFor = (_, trackClass, period) => KeyFor(trackClass, period),
            ContentKeyIdFor = (_, trackClass, period) =>
            {
                using var key = KeyFor(trackClass, period);
                return key.Id;
            },
            ViewerCount = static _ => 0,
        },
        Clock, static _ => { });

    /// <summary>The key of a class in a period. The caller disposes it.</summary>
    public ContentKey KeyFor(TrackClass trackClass, ulong period)
    {
        var bytes = HKDF.DeriveKey(HashAlgorithmName.SHA256, _master, 32, info: [(byte)trackClass, .. BitConverter.GetBytes(period)]);
        return new(KeyId.Read(bytes.AsSpan(16)), bytes.AsSpan(0, 16));
    }
}

/// <summary>The machine's clock, set forward by the test.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    /// <summary>Time that has passed beyond the true one.</summary>
    public TimeSpan Shift { get; set; }

    /// <summary>By how much somebody has set the wall clock.</summary>
    public TimeSpan Set { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => (System.GetUtcNow() + Shift).UtcTicks;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift + Set;
}

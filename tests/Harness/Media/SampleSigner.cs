using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Records;

namespace LiveLedger.Harness.Media;

/// <summary>Signs a sample broadcast: a broadcaster's certificate, and records that follow each other on their tracks.</summary>
public sealed class SampleSigner(BroadcastId broadcast, DateTimeOffset start, Ed25519PrivateKey identity, Ed25519PrivateKey session) : IDisposable
{
    private readonly Dictionary<string, SignedRecord> _last = [];

    /// <summary>As above, with new keys.</summary>
    public SampleSigner(BroadcastId broadcast, DateTimeOffset start)
        : this(broadcast, start, Ed25519PrivateKey.Generate(), Ed25519PrivateKey.Generate())
    {
    }

    /// <summary>What every track begins with.</summary>
    public static ReadOnlySpan<byte> Init => "init"u8;

    /// <summary>The broadcaster.</summary>
    public Ed25519PrivateKey Identity { get; } = identity;

    /// <summary>The last record of each track.</summary>
    public IReadOnlyDictionary<string, SignedRecord> Last => _last;

    /// <summary>The session key is the broadcaster's from the start on, for a day.</summary>
    public byte[] Certificate() => new SignerCertificate
    {
        Broadcast = broadcast,
        SessionKey = session.PublicKey,
        NotBefore = start,
        NotAfter = start.AddDays(1),
        Identity = Identity.PublicKey,
    }.Sign(Identity);

    /// <summary>Signs the next segment of a track.</summary>
    public SignedRecord SignNext(string track, ChunkTree tree)
    {
        var before = _last.GetValueOrDefault(track);
        return _last[track] = Sign(Fields(track, before is null ? 0 : before.Record.Sequence + 1, tree) with { Previous = before?.Hash ?? default }, tree);
    }

    /// <summary>Signs whatever is given.</summary>
    public SignedRecord Sign(SegmentRecord record, ChunkTree tree) => SignedRecord.Sign(record, tree, session);

    /// <summary>A record of two seconds, as the first of its track but for its place.</summary>
    public SegmentRecord Fields(string track, uint sequence, ChunkTree tree)
    {
        TrackName.TryParse(track, out var name);
        return new()
        {
            Broadcast = broadcast,
            Track = name,
            Epoch = 0,
            Sequence = sequence,
            DecodeTime = sequence * 25_600UL,
            Timescale = 12_800,
            Duration = 25_600,
            ByteLength = tree.ByteLength,
            ChunkRoot = tree.Root,
            InitHash = Sha256Hash.Of(Init),
            CryptoPeriod = 0,
            KeyId = new(Guid.Empty),
            Previous = default,
            SealedAt = start.AddSeconds(1 + (double)sequence),
        };
    }

    /// <summary>Forgets what was signed; keys stay.</summary>
    public void BeginAgain() => _last.Clear();

    public void Dispose()
    {
        Identity.Dispose();
        session.Dispose();
    }
}

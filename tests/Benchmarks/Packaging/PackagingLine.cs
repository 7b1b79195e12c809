using System.Buffers;
using System.Security.Cryptography;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Packaging;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Records;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Benchmarks.Packaging;

/// <summary>What one core does with the segments of one track: parse, encrypt, hash in chunks, sign.</summary>
internal sealed class PackagingLine : IDisposable
{
    private readonly SourceMedia _source;
    private readonly TrackPackager _packager;
    private readonly ArrayBufferWriter<byte> _output = new(1 << 22);
    private readonly Ed25519PrivateKey _session = Ed25519PrivateKey.Generate();
    private readonly TrackName _name;
    private readonly BroadcastId _broadcast = BroadcastId.New(TimeProvider.System);
    private readonly ContentCipher _cipher;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(16);
    private readonly ProtectionScheme _scheme;
    private readonly byte[] _scratch;
    private Sha256Hash _previous;
    private uint _sequence;
    private ulong _iv;

    public PackagingLine(SourceMedia source, string name, ProtectionScheme scheme)
    {
        _source = source;
        _scheme = scheme;
        using var key = new ContentKey(new(Guid.NewGuid()), _key);
        var terms = scheme == ProtectionScheme.Cenc
            ? PackagingTerms.Cenc(key) : PackagingTerms.Cbcs(key, RandomNumberGenerator.GetBytes(16));
        _packager = TrackPackager.TryOpen(source.Init, terms, out var packager, out var fault)
            ? packager : throw new InvalidOperationException(fault.ToString());
        _ = TrackName.TryParse(name, out _name);
        _cipher = ContentCipher.Create(_key);
        _scratch = new byte[source.Segments.Max(segment => segment.Length)];
        Bytes = source.Segments.Sum(segment => (long)segment.Length);
        (Samples, EncryptedBytes) = Count();
    }

    /// <summary>Source bytes of one pass.</summary>
    public long Bytes { get; }

    /// <summary>Samples of one pass.</summary>
    public long Samples { get; }

    /// <summary>Bytes of one pass that go through AES.</summary>
    public long EncryptedBytes { get; }

    /// <summary>Packages every segment once; bytes allocated by the packager.</summary>
    public long Package()
    {
        long allocated = 0;
        var initHash = Sha256Hash.Of(_packager.Init.Span);
        foreach (var segment in _source.Segments)
        {
            _output.ResetWrittenCount();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var isPackaged = _packager.TryInspect(segment, out var info, out var fault)
                && _packager.TryPackage(segment, _sequence, 0, ref _iv, _output, out fault);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            if (!isPackaged)
            {
                throw new InvalidOperationException(fault.ToString());
            }

            var tree = ChunkTree.Of(_output.WrittenSpan);
            var record = new SegmentRecord
            {
                Broadcast = _broadcast,
                Track = _name,
                Epoch = 0,
                Sequence = _sequence++,
                DecodeTime = info.DecodeTime,
                Timescale = _packager.Description.Timescale,
                Duration = info.Duration,
                ByteLength = tree.ByteLength,
                ChunkRoot = tree.Root,
                InitHash = initHash,
                CryptoPeriod = 0,
                KeyId = _packager.KeyId,
                Previous = _previous,
                SealedAt = DateTimeOffset.UnixEpoch,
            };
            _previous = SignedRecord.Sign(record, tree, _session).Hash;
        }

        return allocated;
    }

    /// <summary>SHA-256 alone over the same bytes, a segment at once.</summary>
    public void Hash()
    {
        Span<byte> hash = stackalloc byte[32];
        foreach (var segment in _source.Segments)
        {
            SHA256.HashData(segment, hash);
        }
    }

    /// <summary>The scheme's AES mode alone over all of the same bytes, a segment at once.</summary>
    public void Encrypt()
    {
        ReadOnlySpan<byte> iv = stackalloc byte[16];
        foreach (var segment in _source.Segments)
        {
            var data = _scratch.AsSpan(0, segment.Length);
            if (_scheme == ProtectionScheme.Cenc)
            {
                _cipher.ApplyCounter(0, 0, data, data);
            }
            else
            {
                _cipher.ApplyChain(iv, data, data, crypt: 1, skip: 0);
            }
        }
    }

    public void Dispose()
    {
        _packager.Dispose();
        _session.Dispose();
        _cipher.Dispose();
    }

    private (long Samples, long Encrypted) Count()
    {
        _ = SourceInit.TryRead(_source.Init, out var init, out _);
        var map = new SegmentMap();
        var plan = init!.Avc is { } avc ? new SubsamplePlan(_scheme, avc) : null;
        long samples = 0, encrypted = 0;
        foreach (var segment in _source.Segments)
        {
            _ = map.TryRead(segment, init, out _, out _);
            samples += map.SampleSizes.Length;
            plan?.Clear();
            var sample = 0;
            foreach (var run in map.Runs)
            {
                var at = run.DataOffset;
                for (var end = sample + run.SampleCount; sample < end; sample++)
                {
                    var size = map.SampleSizes[sample];
                    encrypted += plan is not null ? 0 : _scheme == ProtectionScheme.Cenc ? size : size / 16 * 16;
                    _ = plan?.TryAdd(segment.AsSpan(at, size), out _);
                    at += size;
                }
            }

            foreach (var entry in plan is null ? default : plan.Entries)
            {
                encrypted += _scheme == ProtectionScheme.Cenc ? entry.Protected : (entry.Protected / 16 + 9) / 10 * 16;
            }
        }

        return (samples, encrypted);
    }
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Media.Packaging;

/// <summary>
/// Makes one track's source segments into delivered ones: encrypted by Common Encryption (ISO/IEC 23001-7), numbered and
/// moved in time. One for each (track, epoch), segments in order; not thread-safe. Format: docs/formats/packaging.md.
/// </summary>
public sealed class TrackPackager : IDisposable
{
    private readonly SourceInit _source;
    private readonly ContentCipher _cipher;
    private readonly byte[] _constantIv;
    private readonly SegmentMap _map = new();
    private readonly SubsamplePlan? _plan;

    private TrackPackager(SourceInit source, byte[] init, PackagingTerms terms)
    {
        _source = source;
        Init = init;
        Scheme = terms.Scheme;
        KeyId = terms.Key.Id;
        _constantIv = terms.ConstantIv.ToArray();
        _cipher = ContentCipher.Create(terms.Key.Bytes);
        _plan = source.Avc is { } avc ? new(terms.Scheme, avc) : null;
        Group = terms.KeysInBand ? new(terms.Scheme, source.Avc is not null, terms.Key.Id, _constantIv, terms.ListedKeyIds) : null;
    }

    /// <summary>The delivered init segment.</summary>
    public ReadOnlyMemory<byte> Init { get; }

    /// <summary>What the track is.</summary>
    public TrackDescription Description => _source.Description;

    /// <summary>The scheme of its terms.</summary>
    public ProtectionScheme Scheme { get; }

    /// <summary>The key of its terms.</summary>
    public KeyId KeyId { get; }

    /// <summary>What fragments say of their key; null where the init segment says it.</summary>
    internal KeyGroup? Group { get; }

    /// <summary>Takes a source's init segment.</summary>
    /// <param name="sourceInit">ftyp and moov, whole.</param>
    /// <param name="terms">Scheme and key; the key is copied.</param>
    /// <param name="packager">The packager.</param>
    /// <param name="fault">Why it was refused.</param>
    public static bool TryOpen(
        ReadOnlySpan<byte> sourceInit, PackagingTerms terms, [NotNullWhen(true)] out TrackPackager? packager,
        out MediaFault fault)
    {
        packager = SourceInit.TryRead(sourceInit, out var source, out fault)
            ? new(source, ProtectedInit.Write(sourceInit, source, terms), terms)
            : null;
        return packager is not null;
    }

    /// <summary>Looks at a segment without packaging it.</summary>
    /// <param name="sourceSegment">styp?, and moof with mdat once or more.</param>
    /// <param name="info">What ingest decides by.</param>
    /// <param name="fault">Why it would be refused.</param>
    public bool TryInspect(ReadOnlySpan<byte> sourceSegment, out SourceSegment info, out MediaFault fault) =>
        _map.TryRead(sourceSegment, _source, out info, out fault);

    /// <summary>
    /// Writes the delivered segment. On a fault nothing is written and no IV is used; only a segment that grows past 64 MiB
    /// by packaging gives its IVs up.
    /// </summary>
    /// <param name="sourceSegment">styp?, and moof with mdat once or more.</param>
    /// <param name="sequence">The segment's sequence within its track, from 0.</param>
    /// <param name="decodeTimeOffset">Added to every decode time, in ticks of the track's timescale.</param>
    /// <param name="nextIv">
    /// cenc: the IV of the first sample, advanced by one for each sample; it must not run over. The caller never gives a
    /// value twice for one key. cbcs: left alone.
    /// </param>
    /// <param name="output">Takes the segment in one piece.</param>
    /// <param name="fault">Why it was refused.</param>
    public bool TryPackage(
        ReadOnlySpan<byte> sourceSegment, uint sequence, ulong decodeTimeOffset, ref ulong nextIv,
        IBufferWriter<byte> output, out MediaFault fault)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (!_map.TryRead(sourceSegment, _source, out var info, out fault) || !TryPlan(sourceSegment, out fault))
        {
            return false;
        }

        if (sequence == uint.MaxValue || info.DecodeTime + info.Duration > long.MaxValue - Math.Min(decodeTimeOffset, long.MaxValue))
        {
            fault = new(MediaFaultCode.SegmentTimeInvalid, "the sequence or the decode time runs over");
            return false;
        }

        if (Scheme == ProtectionScheme.Cenc && nextIv > ulong.MaxValue - (ulong)info.SampleCount)
        {
            // An IV that wraps would be used twice.
            throw new ArgumentOutOfRangeException(nameof(nextIv), "the IVs left do not suffice for the segment");
        }

        var most = SegmentWriter.MaxLength(sourceSegment.Length, _map, _plan, Group);
        if (most > SegmentMap.MaxLength + (SegmentMap.MaxLength >> 2))
        {
            fault = new(MediaFaultCode.SegmentTooLarge, $"up to {most} bytes when packaged");
            return false;
        }

        var buffer = output.GetSpan((int)most);
        var writer = new SegmentWriter(this, _map, _plan, sourceSegment, buffer, sequence, decodeTimeOffset, nextIv);
        var length = writer.Write();
        if (length > SegmentMap.MaxLength)
        {
            // Written but not advanced over: nobody sees it, and its IVs are given up.
            nextIv = Scheme == ProtectionScheme.Cenc ? writer.NextIv : nextIv;
            fault = new(MediaFaultCode.SegmentTooLarge, $"{length} bytes when packaged, {SegmentMap.MaxLength} is the most");
            return false;
        }

        nextIv = Scheme == ProtectionScheme.Cenc ? writer.NextIv : nextIv;
        output.Advance(length);
        return true;
    }

    /// <summary>Wipes the key.</summary>
    public void Dispose() => _cipher.Dispose();

    /// <summary>Encrypts one sample; without subsamples all of it.</summary>
    internal void Encrypt(ReadOnlySpan<byte> sample, Span<byte> encrypted, ReadOnlySpan<Subsample> subsamples, ulong iv)
    {
        if (_plan is null)
        {
            if (Scheme == ProtectionScheme.Cenc)
            {
                _cipher.ApplyCounter(iv, 0, sample, encrypted);
            }
            else
            {
                // ISO/IEC 23001-7 §9.7: every whole block.
                _cipher.ApplyChain(_constantIv, sample, encrypted, crypt: 1, skip: 0);
            }

            return;
        }

        ulong block = 0;
        foreach (var entry in subsamples)
        {
            sample[..entry.Clear].CopyTo(encrypted);
            sample = sample[entry.Clear..];
            encrypted = encrypted[entry.Clear..];
            var length = (int)entry.Protected;
            if (Scheme == ProtectionScheme.Cenc)
            {
                // §9.5.1: the counter runs on over the protected ranges of a sample.
                _cipher.ApplyCounter(iv, block, sample[..length], encrypted[..length]);
                block += entry.Protected / ContentCipher.BlockLength;
            }
            else
            {
                // §9.6.1, §9.5.1: pattern and chain begin anew with each subsample.
                _cipher.ApplyChain(_constantIv, sample[..length], encrypted[..length], Pattern.Crypt, Pattern.Skip);
            }

            sample = sample[length..];
            encrypted = encrypted[length..];
        }
    }

    private bool TryPlan(ReadOnlySpan<byte> segment, out MediaFault fault)
    {
        fault = default;
        if (_plan is null)
        {
            return true;
        }

        _plan.Clear();
        var sample = 0;
        foreach (var run in _map.Runs)
        {
            var data = segment.Slice(run.DataOffset, run.DataLength);
            for (var end = sample + run.SampleCount; sample < end; sample++)
            {
                var length = _map.SampleSizes[sample];
                if (!_plan.TryAdd(data[..length], out fault))
                {
                    return false;
                }

                data = data[length..];
            }
        }

        return true;
    }
}

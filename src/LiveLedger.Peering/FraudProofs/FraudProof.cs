using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Cbor;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media.Chunks;
using LiveLedger.Peering.Admissions;

namespace LiveLedger.Peering.FraudProofs;

/// <summary>
/// Somebody's own signatures, from which anybody can see offline that they lied (docs/formats/fraud-proof.md). One that was read is well formed and no more: <see cref="FraudVerifier"/> says what it
/// proves.
/// </summary>
public abstract record FraudProof
{
    /// <summary>Longest proof in bytes.</summary>
    public const int MaxLength = 12_288;

    /// <summary>The media type of one that is posted.</summary>
    public const string MediaType = "application/vnd.liveledger.fraud-proof+cbor";

    private protected const int MaxCose = 2_048;

    private protected FraudProof()
    {
    }

    /// <summary>Takes a proof from outside; false for anything but one deterministic map of a kind that is known.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out FraudProof? proof)
    {
        proof = null;
        if (bytes.Length is 0 or > MaxLength)
        {
            return false;
        }

        proof = (FraudProof?)ChunkFraudProof.Read(bytes) ?? EquivocationProof.Read(bytes);
        return proof is not null;
    }

    /// <summary>Its bytes: the one form that it has.</summary>
    public abstract byte[] ToBytes();
}

/// <summary>A peer stated of a chunk what its record does not say.</summary>
public sealed record ChunkFraudProof : FraudProof
{
    private const int Kind = 1;
    private const int Fields = 9;

    // 4,096 chunks are 12 levels.
    private const int MaxPath = 12;

    /// <summary>The segment record's COSE_Sign1 item: item 1 of the .record file.</summary>
    public required ReadOnlyMemory<byte> Record { get; init; }

    /// <summary>The signer certificate that it leads to.</summary>
    public required ReadOnlyMemory<byte> Certificate { get; init; }

    /// <summary>The admission that the peer showed.</summary>
    public required string Admission { get; init; }

    /// <summary>Index of the chunk.</summary>
    public required int Chunk { get; init; }

    /// <summary>The leaf hash that the peer stated.</summary>
    public required Bytes32 Stated { get; init; }

    /// <summary>Its signature over that, 64 bytes.</summary>
    public required ReadOnlyMemory<byte> Statement { get; init; }

    /// <summary>The leaf hash that the record has.</summary>
    public required Bytes32 Leaf { get; init; }

    /// <summary>The leaf's path to the record's root, the nearest sibling first.</summary>
    public required IReadOnlyList<Bytes32> Path { get; init; }

    /// <inheritdoc/>
    public override byte[] ToBytes()
    {
        var map = new CborWriter(new byte[MaxLength]);
        map.WriteMap(Fields);
        map.WriteInteger(1);
        map.WriteInteger(Kind);
        map.WriteInteger(2);
        map.WriteBytes(Record.Span);
        map.WriteInteger(3);
        map.WriteBytes(Certificate.Span);
        map.WriteInteger(4);
        map.WriteText(Admission);
        map.WriteInteger(5);
        map.WriteInteger(Chunk);
        map.WriteInteger(6);
        map.WriteBytes(Stated);
        map.WriteInteger(7);
        map.WriteBytes(Statement.Span);
        map.WriteInteger(8);
        map.WriteBytes(Leaf);
        map.WriteInteger(9);
        map.WriteBytes(MemoryMarshal.AsBytes(Path.ToArray().AsSpan()));
        return map.Written.ToArray();
    }

    internal static ChunkFraudProof? Read(ReadOnlySpan<byte> bytes)
    {
        var map = new CborReader(bytes);
        return map.TryReadMap(Fields) && map.TryReadKey(1) && map.TryReadKey(Kind)
            && map.TryReadKey(2) && map.TryReadBytes(MaxCose, out var record)
            && map.TryReadKey(3) && map.TryReadBytes(MaxCose, out var certificate)
            && map.TryReadKey(4) && map.TryReadText(AdmissionToken.MaxLength, out var admission) && !admission.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e)
            && map.TryReadKey(5) && map.TryReadUnsigned(0, ChunkTree.MaxChunks - 1, out var chunk)
            && map.TryReadKey(6) && map.TryReadBytes32(out var stated)
            && map.TryReadKey(7) && map.TryReadBytes(Ed25519PublicKey.SignatureLength, out var statement) && statement.Length == Ed25519PublicKey.SignatureLength
            && map.TryReadKey(8) && map.TryReadBytes32(out var leaf)
            && map.TryReadKey(9) && map.TryReadBytes(MaxPath * Bytes32.Length, out var path) && path.Length % Bytes32.Length == 0
            && map.AtEnd
            ? new()
            {
                Record = record.ToArray(),
                Certificate = certificate.ToArray(),
                Admission = Encoding.ASCII.GetString(admission),
                Chunk = (int)chunk,
                Stated = stated,
                Statement = statement.ToArray(),
                Leaf = leaf,
                Path = MemoryMarshal.Cast<byte, Bytes32>(path).ToArray(),
            }
            : null;
    }
}

/// <summary>A publisher signed two records of one slot.</summary>
public sealed record EquivocationProof : FraudProof
{
    private const int Kind = 2;
    private const int Fields = 5;

    private EquivocationProof()
    {
    }

    /// <summary>One record's COSE_Sign1 item: of the two, that with the lower hash.</summary>
    public ReadOnlyMemory<byte> Record { get; private init; }

    /// <summary>The certificate that it leads to.</summary>
    public ReadOnlyMemory<byte> Certificate { get; private init; }

    /// <summary>The other record.</summary>
    public ReadOnlyMemory<byte> OtherRecord { get; private init; }

    /// <summary>Its certificate; mostly the same.</summary>
    public ReadOnlyMemory<byte> OtherCertificate { get; private init; }

    /// <summary>Makes one of two records, in whichever order they are given.</summary>
    public static EquivocationProof Of(ReadOnlyMemory<byte> record, ReadOnlyMemory<byte> certificate, ReadOnlyMemory<byte> other, ReadOnlyMemory<byte> otherCertificate) =>
        IsBefore(record.Span, other.Span)
            ? new() { Record = record, Certificate = certificate, OtherRecord = other, OtherCertificate = otherCertificate }
            : new() { Record = other, Certificate = otherCertificate, OtherRecord = record, OtherCertificate = certificate };

    /// <inheritdoc/>
    public override byte[] ToBytes()
    {
        var map = new CborWriter(new byte[MaxLength]);
        map.WriteMap(Fields);
        map.WriteInteger(1);
        map.WriteInteger(Kind);
        map.WriteInteger(2);
        map.WriteBytes(Record.Span);
        map.WriteInteger(3);
        map.WriteBytes(Certificate.Span);
        map.WriteInteger(4);
        map.WriteBytes(OtherRecord.Span);
        map.WriteInteger(5);
        map.WriteBytes(OtherCertificate.Span);
        return map.Written.ToArray();
    }

    internal static EquivocationProof? Read(ReadOnlySpan<byte> bytes)
    {
        var map = new CborReader(bytes);
        return map.TryReadMap(Fields) && map.TryReadKey(1) && map.TryReadKey(Kind)
            && map.TryReadKey(2) && map.TryReadBytes(MaxCose, out var record)
            && map.TryReadKey(3) && map.TryReadBytes(MaxCose, out var certificate)
            && map.TryReadKey(4) && map.TryReadBytes(MaxCose, out var other)
            && map.TryReadKey(5) && map.TryReadBytes(MaxCose, out var otherCertificate)
            && map.AtEnd && IsBefore(record, other)
            ? new() { Record = record.ToArray(), Certificate = certificate.ToArray(), OtherRecord = other.ToArray(), OtherCertificate = otherCertificate.ToArray() }
            : null;
    }

    // By hash, so that one pair has one form. Equal ones are no pair.
    private static bool IsBefore(ReadOnlySpan<byte> record, ReadOnlySpan<byte> other)
    {
        Span<byte> hashes = stackalloc byte[2 * Bytes32.Length];
        Sha256Hash.Of(record).Value.CopyTo(hashes);
        Sha256Hash.Of(other).Value.CopyTo(hashes[Bytes32.Length..]);
        return hashes[..Bytes32.Length].SequenceCompareTo(hashes[Bytes32.Length..]) < 0;
    }
}

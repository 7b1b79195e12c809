using System.Diagnostics.CodeAnalysis;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Cbor;
using LiveLedger.Cryptography.Cose;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media.Chunks;

namespace LiveLedger.Media.Records;

/// <summary>A <c>.record</c> file: the signed segment record, and the leaf hashes of its chunk tree beside it.</summary>
/// <remarks>One that was parsed is well formed and no more: <see cref="SegmentVerification"/> decides whether to believe it.</remarks>
public sealed class SignedRecord
{
    private const int MaxLeavesLength = ChunkTree.MaxChunks * Bytes32.Length;

    private readonly CoseSign1Message _message;
    private readonly byte[] _file;
    private readonly int _leavesLength;

    private SignedRecord(SegmentRecord record, CoseSign1Message message, byte[] file, int leavesLength)
    {
        Record = record;
        Hash = Sha256Hash.Of(message.Bytes.Span);
        _message = message;
        _file = file;
        _leavesLength = leavesLength;
    }

    /// <summary>What the record states.</summary>
    public SegmentRecord Record { get; }

    /// <summary>The record hash: SHA-256 of the COSE_Sign1 item alone. The track's next record carries it.</summary>
    public Sha256Hash Hash { get; }

    /// <summary>The key the record claims to be signed by.</summary>
    public CoseKeyThumbprint KeyId => _message.KeyId;

    /// <summary>The COSE_Sign1 item alone: what the record hash is over.</summary>
    public ReadOnlyMemory<byte> Cose => _message.Bytes;

    /// <summary>The leaf hashes, 32 bytes each; unsigned.</summary>
    public ReadOnlySpan<byte> Leaves => _file.AsSpan(^_leavesLength..);

    /// <summary>The whole file as served.</summary>
    public ReadOnlyMemory<byte> Bytes => _file;

    /// <summary>Signs a record of the segment whose tree is <paramref name="tree"/>.</summary>
    /// <exception cref="ArgumentException">The record does not describe that tree, or a field is outside the format's range.</exception>
    public static SignedRecord Sign(SegmentRecord record, ChunkTree tree, Ed25519PrivateKey session)
    {
        if (record.ByteLength != tree.ByteLength || record.ChunkRoot != tree.Root)
        {
            throw new ArgumentException("the record is of another segment", nameof(record));
        }

        var payload = SegmentRecordCodec.Encode(record);
        // What every reader would refuse must not become a signature.
        if (!SegmentRecordCodec.TryDecode(payload, out var readBack))
        {
            throw new ArgumentException("the record has a field outside the format's range", nameof(record));
        }

        var cose = CoseSign1.Sign(SegmentRecordCodec.ContentType, payload, session);
        var file = new byte[cose.Length + CborWriter.SizeOfString(tree.Leaves.Length)];
        var writer = new CborWriter(file);
        writer.WriteRaw(cose);
        writer.WriteBytes(tree.Leaves.Span);
        return CoseSign1.TryParse(cose, out var message)
            ? new(readBack, message, file, tree.Leaves.Length)
            : throw new InvalidOperationException("our own message does not parse");
    }

    /// <summary>Takes a file from outside; false for anything but the two deterministic items with the right number of leaves.</summary>
    public static bool TryParse(ReadOnlySpan<byte> file, [NotNullWhen(true)] out SignedRecord? record)
    {
        record = null;
        if (!CoseSign1.TryReadFirst(file, out var message) || message.ContentType != SegmentRecordCodec.ContentType
            || !SegmentRecordCodec.TryDecode(message.Payload.Span, out var content))
        {
            return false;
        }

        var rest = new CborReader(file[message.Bytes.Length..]);
        if (!rest.TryReadBytes(MaxLeavesLength, out var leaves) || !rest.AtEnd
            || leaves.Length != ChunkTree.CountFor(content.ByteLength) * Bytes32.Length)
        {
            return false;
        }

        record = new(content, message, file.ToArray(), leaves.Length);
        return true;
    }

    /// <summary>True if the record is signed by <paramref name="session"/>.</summary>
    public bool IsSignedBy(in Ed25519PublicKey session) => _message.Verify(session);

    /// <summary>The leaf hash of chunk <paramref name="index"/>.</summary>
    public Bytes32 Leaf(int index) => new(Leaves.Slice(index * Bytes32.Length, Bytes32.Length));
}

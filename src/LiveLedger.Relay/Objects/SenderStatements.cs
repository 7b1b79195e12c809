using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Statements;

namespace LiveLedger.Relay.Objects;

/// <summary>
/// What the relay states of a segment's chunks, each signed once, when it is first sent, for everybody it is ever sent to. What is stated is the leaf that the record has: memory that rots later makes
/// bytes that differ from a true statement, which ends a link and convicts nobody.
/// </summary>
internal sealed class SenderStatements(SignedRecord record)
{
    private readonly byte[] _statements = new byte[ChunkTree.CountFor(record.Record.ByteLength) * ChunkRun.StatementLength];
    private readonly int[] _isSigned = new int[ChunkTree.CountFor(record.Record.ByteLength)];

    /// <summary>The statements of some chunks, 64 bytes each. False if one of them is not what the record says any more: it must not be sent. Allocates nothing.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="first">The first chunk.</param>
    /// <param name="count">How many.</param>
    /// <param name="key">The key of the relay's admissions, always the same.</param>
    /// <param name="statements">What is stated.</param>
    public bool TryState(ReadOnlySpan<byte> segment, int first, int count, Ed25519PrivateKey key, out ReadOnlySpan<byte> statements)
    {
        statements = _statements.AsSpan(first * ChunkRun.StatementLength, count * ChunkRun.StatementLength);
        for (var chunk = first; chunk < first + count; chunk++)
        {
            if (Volatile.Read(ref _isSigned[chunk]) != 0)
            {
                continue;
            }

            if (!SegmentVerification.CheckChunk(record, chunk, ChunkTree.ChunkOf(segment, chunk)).IsOk)
            {
                return false;
            }

            // Two links at once sign the same bytes to the same signature (RFC 8032 §5.1.6).
            new ChunkStatement(record.Hash, chunk, record.Leaf(chunk)).Sign(key, _statements.AsSpan(chunk * ChunkRun.StatementLength, ChunkRun.StatementLength));
            Volatile.Write(ref _isSigned[chunk], 1);
        }

        return true;
    }
}

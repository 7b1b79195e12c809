using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;

namespace LiveLedger.Cli.Audit;

/// <summary>What an audit of one segment found.</summary>
/// <param name="Result">Good, or the first check that failed.</param>
/// <param name="Address">The segment.</param>
/// <param name="Record">Its record, if it parses; believed only if the result is good.</param>
/// <param name="Identity">The identity that the certificate names, if it parses.</param>
/// <param name="Pinned">Whether the auditor brought the identity.</param>
/// <param name="ChainChecked">Whether the record before was there to compare with.</param>
internal sealed record SegmentVerdict(
    VerificationResult Result, SegmentAddress Address, SignedRecord? Record, Ed25519PublicKey? Identity, bool Pinned, bool ChainChecked)
{
    /// <summary>The first line is the verdict.</summary>
    internal string ToText()
    {
        var slot = Address.Slot;
        if (!Result.IsOk)
        {
            return $"FAIL {Result}\n     segment {slot.Sequence} of track {slot.Track} in broadcast {slot.Broadcast} must not be played"
                + (Identity is { } claimed ? $"\n     the certificate names identity {IdentityText.Format(claimed)}" : "");
        }

        var record = Record!.Record;
        var link = slot.Sequence == 0 ? "the first of its track" : ChainChecked ? "follows the record before it" : "the record before it is not served, so the chain was not checked";
        return $"""
            OK   segment {slot.Sequence} of track {slot.Track} in broadcast {slot.Broadcast} is the broadcaster's
                 identity {IdentityText.Format(Identity!.Value)}{(Pinned ? " (pinned)" : " (not pinned: give --identity to demand one)")}
                 {record.ByteLength} bytes in {ChunkTree.CountFor(record.ByteLength)} chunks, epoch {record.Epoch}, sealed {record.SealedAt:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}
                 record {Record.Hash}: {link}
            """;
    }

    internal object ToJson() => new
    {
        ok = Result.IsOk,
        code = Result.Code,
        chunk = Result.ChunkIndex,
        broadcast = Address.Slot.Broadcast.ToString(),
        track = Address.Slot.Track.Value,
        sequence = Address.Slot.Sequence,
        epoch = Record?.Record.Epoch,
        bytes = Record?.Record.ByteLength,
        sealedAt = Record?.Record.SealedAt,
        record = Record?.Hash.ToString(),
        identity = Identity is { } key ? IdentityText.Format(key) : null,
        pinned = Pinned,
        chainChecked = ChainChecked,
    };
}

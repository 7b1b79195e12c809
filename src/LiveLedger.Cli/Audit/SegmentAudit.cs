using LiveLedger.Cli.Rest;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;

namespace LiveLedger.Cli.Audit;

/// <summary>Fetches a segment with everything that speaks for it, and judges by docs/formats/segment-record.md.</summary>
internal static class SegmentAudit
{
    // The most that a valid one can have, and room to spare.
    private const int MaxCertificate = 4 * 1024;
    private const int MaxRecord = 256 * 1024;
    private const int MaxInit = 1024 * 1024;

    internal static async Task<SegmentVerdict> RunAsync(
        HttpClient http, SegmentAddress address, Ed25519PublicKey? pinned, CancellationToken cancellation)
    {
        var files = await FetchAsync(http, address, cancellation);
        return Judge(address, pinned, files);
    }

    internal static async Task<SegmentFiles> FetchAsync(HttpClient http, SegmentAddress address, CancellationToken cancellation)
    {
        var certificate = await Download.GetAsync(http, address.Signer, MaxCertificate, cancellation);
        var record = await Download.GetAsync(http, address.Record, MaxRecord, cancellation);
        var segment = await Download.GetAsync(http, address.Segment, ChunkTree.MaxSegmentLength + 1, cancellation);

        // Only the record says which epoch's init segment it is about; if it lies, the init's hash or the signature says so.
        byte[]? init = null;
        if (SignedRecord.TryParse(record, out var parsed))
        {
            init = await Download.GetAsync(http, address.Init(parsed.Record.Epoch, parsed.Record.CryptoPeriod), MaxInit, cancellation);
        }

        var previous = address.Slot.Sequence == 0
            ? null
            : await Download.TryGetAsync(http, address.RecordOf(address.Slot.Sequence - 1), MaxRecord, cancellation);
        return new(certificate, record, segment, init, previous);
    }

    internal static SegmentVerdict Judge(SegmentAddress address, Ed25519PublicKey? pinned, SegmentFiles files)
    {
        Sha256Hash? previous = files.PreviousRecord is { } bytes && SignedRecord.TryParse(bytes, out var before) ? before.Hash : null;
        var result = SegmentVerification.Verify(
            address.Slot, pinned, files.Certificate, files.Record, files.Segment,
            files.Init is { } init ? Sha256Hash.Of(init) : null, previous);
        SignedRecord.TryParse(files.Record, out var record);
        SignerCertificate.TryParse(files.Certificate, out var certificate);
        return new(result, address, record, certificate?.Certificate.Identity, pinned is not null, previous is not null);
    }
}

/// <summary>Everything that speaks for one segment, as served.</summary>
internal sealed record SegmentFiles(byte[] Certificate, byte[] Record, byte[] Segment, byte[]? Init, byte[]? PreviousRecord);

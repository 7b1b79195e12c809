using LiveLedger.Cryptography;
using LiveLedger.Media.Records;

namespace LiveLedger.Relay.Objects;

/// <summary>An object whose every byte was checked up to the broadcaster's identity. There is no other way into the caches or onto a wire.</summary>
internal sealed class RelayObject
{
    // What an entry costs beside its bytes: names, tags, places in the tables.
    private const int Overhead = 1024;

    private RelayObject(ObjectName name, ReadOnlyMemory<byte> bytes, string tag, SignedRecord? record, SignedCertificate? certificate) =>
        (Name, Bytes, Tag, Record, Certificate, Statements) = (name, bytes, tag, record, certificate, name.Kind == ObjectKind.Segment ? new(record!) : null);

    public ObjectName Name { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The strong ETag without its quotes, as the origin has it.</summary>
    public string Tag { get; }

    /// <summary>The record: of a segment, or itself. Null for others.</summary>
    public SignedRecord? Record { get; }

    /// <summary>The certificate, of a certificate.</summary>
    public SignedCertificate? Certificate { get; }

    /// <summary>What is stated to peers of a segment's chunks. Null for others.</summary>
    public SenderStatements? Statements { get; }

    /// <summary>Bytes of memory that it takes, a segment's statements among them.</summary>
    public long Cost => Bytes.Length + Overhead + (Statements is null ? 0 : Bytes.Length / 240);

    /// <summary>The media type, as the origin has it.</summary>
    public string MediaType => Name.Kind switch
    {
        ObjectKind.Signer => "application/cose; cose-type=\"cose-sign1\"",
        ObjectKind.Record => "application/cbor-seq",
        ObjectKind.Segment => "video/iso.segment",
        _ => "video/mp4",
    };

    /// <summary>A certificate that <see cref="SegmentVerification.CheckCertificate"/> gave.</summary>
    public static RelayObject Of(ObjectName name, SignedCertificate certificate) =>
        new(name, certificate.Bytes, Sha256Hash.Of(certificate.Bytes.Span).ToString(), null, certificate);

    /// <summary>A record that <see cref="SegmentVerification.CheckRecord"/> gave.</summary>
    public static RelayObject Of(ObjectName name, SignedRecord record) => new(name, record.Bytes, $"r{record.Record.ChunkRoot}", record, null);

    /// <summary>A segment that <see cref="SegmentVerification.CheckSegment"/> found good.</summary>
    public static RelayObject OfSegment(ObjectName name, byte[] bytes, SignedRecord record) => new(name, bytes, record.Record.ChunkRoot.ToString(), record, null);

    /// <summary>An init segment with the hash that a record states.</summary>
    public static RelayObject OfInit(ObjectName name, byte[] bytes, Sha256Hash hash) => new(name, bytes, hash.ToString(), null, null);
}

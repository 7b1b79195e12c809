using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Harness.Media;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.FraudProofs;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Reputation;
using LiveLedger.Peering.Statements;
using LiveLedger.Transparency.Entries;

namespace LiveLedger.Cli;

/// <summary>
/// A server with a swarm of two in its log: it logs whatever it likes, and signs that. Its word on the sender is what its events come to if nobody checks them.
/// </summary>
internal sealed class ServedSwarm : IDisposable
{
    private const string Issuer = "https://platform.example";
    private static readonly DateTimeOffset s_start = DateTimeOffset.FromUnixTimeSeconds(1_790_000_040);

    private readonly ServedLog _log = new();
    private readonly List<(LedgerEntry Entry, byte[] Payload, byte[] Salt)> _events = [];
    private readonly Ed25519PrivateKey _platform = Ed25519PrivateKey.Generate();
    private readonly Ed25519PrivateKey[] _keys = [Ed25519PrivateKey.Generate(), Ed25519PrivateKey.Generate()];
    private readonly PeerPseudonym[] _names = [new(Random32()), new(Random32())];
    private readonly LinkId _link = new(Random32());

    internal ServedSwarm() => Signer = new(Broadcast, s_start);

    internal BroadcastId Broadcast { get; } = BroadcastId.New(TimeProvider.System);

    /// <summary>The broadcaster's records, from the start on.</summary>
    internal SampleSigner Signer { get; }

    internal Uri Address => _log.Address;

    internal PeerPseudonym Sender => _names[0];

    internal TimeSpan Now { get; set; }

    /// <summary>Of the next event.</summary>
    internal int Next => _events.Count;

    /// <summary>Both are there for ten minutes, and a segment of three chunks.</summary>
    internal SignedRecord Begin()
    {
        Admit(0);
        Admit(1);
        return Seal(Signer.SignNext("0", TreeOf(40_000)));
    }

    internal static ChunkTree TreeOf(int bytes) => ChunkTree.Of(new byte[bytes]);

    /// <summary>Lets a key act for a peer: its own, if no other is named.</summary>
    internal void Admit(int peer, string? stream = null, int? key = null) => Log("peer-admitted", stream ?? $"admission/{Broadcast}/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}", new
    {
        broadcast = Broadcast.ToString(),
        peer = _names[peer].ToString(),
        key = Url(_keys[key ?? peer].PublicKey.Value.ToArray()),
        role = "viewer",
        expiresAt = s_start + Now + TimeSpan.FromMinutes(10),
    });

    /// <summary>Logs a segment with its record; of so many bytes, if they are not the record's.</summary>
    internal SignedRecord Seal(SignedRecord signed, int? bytes = null)
    {
        Log("segment-sealed", $"segments/{Broadcast}/{signed.Record.Track}", new
        {
            broadcast = Broadcast.ToString(),
            track = signed.Record.Track.ToString(),
            epoch = signed.Record.Epoch,
            sequence = signed.Record.Sequence,
            byteLength = bytes ?? signed.Record.ByteLength,
            record = Url(signed.Cose.ToArray()),
        });
        return signed;
    }

    /// <summary>What the receiver signs of a segment's chunks.</summary>
    internal SignedReceipt Receipt(SegmentRecord segment, uint period, ushort chunks) => SignedReceipt.Sign(
        new()
        {
            Broadcast = Broadcast,
            Sender = PeerKey.Of(_keys[0].PublicKey),
            Receiver = PeerKey.Of(_keys[1].PublicKey),
            Link = _link,
            Period = period,
            Number = 1,
            At = s_start + Now,
            TotalChunks = 1000 * period,
            TotalBytes = 1000 * period,
            Runs = [new(TrackTag.Of(Broadcast, segment.Track), segment.Epoch, segment.Sequence, new[] { chunks })],
        },
        _keys[1]);

    internal void File(params SignedReceipt[] receipts)
    {
        var batch = ReceiptBatch.Sign(Broadcast, receipts, _keys[0]).Bytes.ToArray();
        Log("receipts-filed", $"receipts/{Broadcast}/{Sha256Hash.Of(batch)}", new { broadcast = Broadcast.ToString(), batch = Url(batch) });
    }

    internal void Fork(SignedReceipt first, SignedReceipt second) => Log("receipt-forked", $"fork/{Broadcast}/x/y", new
    {
        broadcast = Broadcast.ToString(),
        first = Url(first.Bytes.ToArray()),
        second = Url(second.Bytes.ToArray()),
    });

    /// <summary>Convicts the sender by what a key has stated of a chunk, which somebody's record says otherwise.</summary>
    internal void Convict(int key, SampleSigner signer)
    {
        var tree = TreeOf(20_000);
        var record = signer.Sign(signer.Fields("0", 7, tree), tree);
        var (leaves, statement) = (new[] { record.Leaf(0), record.Leaf(1) }, new byte[Ed25519PublicKey.SignatureLength]);
        var stated = Random32();
        new ChunkStatement(record.Hash, 0, stated).Sign(_keys[key], statement);
        var proof = new ChunkFraudProof
        {
            Record = record.Cose,
            Certificate = signer.Certificate(),
            Admission = AdmissionOf(key, signer),
            Chunk = 0,
            Stated = stated,
            Statement = statement,
            Leaf = leaves[0],
            Path = MerklePath.Of(leaves, 0),
        };
        Log("peer-convicted", $"conviction/{Broadcast}/{Sender}", new { broadcast = Broadcast.ToString(), peer = Sender.ToString(), proof = Url(proof.ToBytes()) });
    }

    internal void Ban() => Log("peer-banned", $"ban/{Broadcast}/{Sender}", new { broadcast = Broadcast.ToString(), peer = Sender.ToString() });

    internal void Log(string type, string stream, object payload)
    {
        var (bytes, salt) = (JsonSerializer.SerializeToUtf8Bytes(payload), RandomNumberGenerator.GetBytes(PayloadDigest.SaltLength));
        _events.Add((new()
        {
            EventId = Guid.CreateVersion7(),
            Stream = stream,
            StreamVersion = (ulong)_events.Count(e => e.Entry.Stream == stream),
            Type = type,
            Schema = 1,
            RecordedAt = s_start + Now,
            Actor = "system",
            Payload = PayloadDigest.Of(salt, bytes),
        }, bytes, salt));
    }

    /// <summary>Signs the whole log, and answers from the events that are not kept back.</summary>
    /// <param name="hidden">An event that neither counts nor is shown.</param>
    /// <param name="until">The word is of the event before this one; null for the last.</param>
    internal void Serve(int? hidden = null, int? until = null)
    {
        _log.Serve([.. _events.Select(static e => (ReadOnlyMemory<byte>)e.Entry.Encode())]);
        var shown = _events.Index().Where(e => e.Index != hidden).ToList();
        var fold = new ReputationFold();
        foreach (var (index, (entry, payload, _)) in shown.Where(e => e.Index < (until ?? int.MaxValue)))
        {
            fold.Take((ulong)index, entry.Type, entry.RecordedAt, payload);
        }

        var counted = fold.Broadcasts[Broadcast];
        var s = counted.Of(Sender);
        Json($"/v1/broadcasts/{Broadcast}/standings/{Sender}", new
        {
            peer = Sender.ToString(),
            score = s.Score,
            band = Bands.TextOf(s.Band),
            good = s.Good,
            bad = s.Bad,
            receipts = s.Receipts,
            bytes = s.Bytes,
            receivers = s.Receivers,
            forks = s.Forks,
            convictions = s.Convictions,
            convicted = s.IsConvicted,
            banned = s.IsBanned,
            index = counted.Index,
            formula = Formula.Version,
        });
        Page(_events.Count, null, shown.Select(static e => e.Index));
        Json("/v1/admissions", new { issuer = Issuer });
        _log.Files["/.well-known/jwks.json"] = Encoding.UTF8.GetBytes(Jwk.ToSetJson([_platform.PublicKey]));
        _log.Files[$"/live/{Broadcast}/signer"] = Signer.Certificate();
    }

    /// <summary>What every question for a page is answered with.</summary>
    internal void Page(int upTo, int? next, IEnumerable<int> events) => Json("/v1/ledger/entries", new
    {
        items = events.Select(n => new { index = n, entry = _events[n].Entry.Encode(), payload = _events[n].Payload, salt = _events[n].Salt }),
        next,
        upTo,
    });

    public void Dispose()
    {
        _log.Dispose();
        Signer.Dispose();
        _platform.Dispose();
        _keys[0].Dispose();
        _keys[1].Dispose();
    }

    private string AdmissionOf(int key, SampleSigner signer) => AdmissionToken.Sign(
        new()
        {
            Issuer = Issuer,
            Id = Url(RandomNumberGenerator.GetBytes(16)),
            Peer = Sender,
            Key = _keys[key].PublicKey,
            Broadcast = Broadcast,
            Role = PeerRole.Viewer,
            IssuedAt = s_start,
            ExpiresAt = s_start.AddMinutes(10),
            Identity = signer.Identity.PublicKey,
            Tracker = new("wss://platform.example/tracker"),
            Tracks = [TrackName.TryParse("0", out var track) ? track : throw new InvalidOperationException()],
        },
        _platform);

    private static Bytes32 Random32() => new(RandomNumberGenerator.GetBytes(Bytes32.Length));

    private static string Url(byte[] bytes) => StrictBase64Url.Encode(bytes);

    private void Json(string path, object body) => _log.Files[path] = JsonSerializer.SerializeToUtf8Bytes(body);
}

using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Receipts;
using LiveLedger.Relay.Objects;
using LiveLedger.Relay.Service;

namespace LiveLedger.Benchmarks.Reputation;

/// <summary>What a relay takes for stating what it sends and for looking at receipts: its own books, with a minute of 8 Mb/s to each of 500 viewers, as fast as they go.</summary>
internal sealed class RelayOverhead : TimeProvider
{
    public const string Conditions =
        "the books of a relay and nothing around them: a minute of 8 Mb/s to each of 500 viewers, 64 KiB at a time, each viewer's receipts as the player makes them, signed beforehand; processor time of that minute, with handing in; median of 5";

    private const int Viewers = 500;
    private const int Seconds = 60;
    private const int SegmentBytes = 2_000_000;
    private const int Segments = Seconds / 2;

    // As the player gives them (docs/formats/peer-messages.md): for as many chunks as had one before, between these.
    private const int Fewest = 64;
    private const int Most = 512;

    private static readonly TrackName s_track = TrackName.TryParse("0", out var track) ? track : throw new InvalidOperationException("no name of a track");
    private static readonly int s_chunks = ChunkTree.CountFor(SegmentBytes);

    private readonly BroadcastId _broadcast = BroadcastId.New(System);
    private readonly Ed25519PrivateKey _own = Ed25519PrivateKey.Generate();
    private readonly Ed25519PrivateKey[] _viewers = [.. Enumerable.Range(0, Viewers).Select(static _ => Ed25519PrivateKey.Generate())];
    private readonly byte[] _media = new byte[SegmentBytes];
    private readonly SignedRecord[] _records;
    private readonly Queue<SignedReceipt>[] _receipts;
    private long _now;

    private RelayOverhead()
    {
        Random.Shared.NextBytes(_media);
        var tree = ChunkTree.Of(_media);
        _records = [.. Enumerable.Range(0, Segments).Select(n => SignedRecord.Sign(RecordOf(n, tree), tree, _own))];
        _receipts = [.. Enumerable.Range(0, Viewers).Select(viewer => new Queue<SignedReceipt>(ReceiptsOf(viewer)))];
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now;

    /// <summary>Percent of a core for statements and for receipts, and what receipts come to in percent of the bytes that they are for.</summary>
    public static (double Statements, double Receipts, double Bytes) Measure()
    {
        var runs = new List<(double Statements, double Receipts, double Bytes)>();
        for (var n = 0; n < 6; n++)
        {
            // The first is warm-up.
            var run = new RelayOverhead().Run();
            if (n > 0)
            {
                runs.Add(run);
            }
        }

        return runs.OrderBy(static r => r.Statements + r.Receipts).ElementAt(runs.Count / 2);
    }

    private (double Statements, double Receipts, double Bytes) Run()
    {
        var settled = new List<SignedReceipt>();
        var accounts = _viewers.Select((key, n) => new LinkAccount(_broadcast, _own.PublicKey, key.PublicKey, LinkOf(n), settled.Add, this)).ToArray();
        var (statements, receipts, bytes) = (0.0, 0.0, 0L);
        for (var segment = 0; segment < Segments; segment++)
        {
            var stated = new SenderStatements(_records[segment]);
            for (var first = 0; first < s_chunks; first += ChunkRun.MaxCount)
            {
                var count = Math.Min(ChunkRun.MaxCount, s_chunks - first);
                _now = TimeSpan.FromSeconds(2.0 * (segment + (double)first / s_chunks)).Ticks;
                // Asked by each link; signed for the first of them.
                statements += ThreadCpuTime.Of(() => Array.ForEach(accounts, _ => Need(stated.TryState(_media, first, count, _own, out var _))));
                receipts += ThreadCpuTime.Of(() =>
                {
                    for (var n = 0; n < accounts.Length; n++)
                    {
                        Need(accounts[n].IsPaid);
                        accounts[n].Sent(NameOf(segment), first, count, BytesOf(first, count));
                        if (_receipts[n].TryPeek(out var next) && next.Receipt.TotalChunks <= segment * s_chunks + first + count)
                        {
                            Need(accounts[n].TryTake(_receipts[n].Dequeue().Bytes.Span));
                            bytes += next.Bytes.Length;
                        }
                    }
                });
            }
        }

        receipts += ThreadCpuTime.Of(() =>
        {
            foreach (var account in accounts)
            {
                account.Settle(isOver: true);
            }

            foreach (var batch in settled.Chunk(ReceiptBatch.MaxReceipts))
            {
                ReceiptBatch.Sign(_broadcast, batch, _own);
            }
        });
        // Receipts go out once more, to the platform.
        bytes += settled.Sum(static s => (long)s.Bytes.Length);
        return (100 * statements / Seconds, 100 * receipts / Seconds, 100.0 * bytes / ((long)Viewers * Segments * SegmentBytes));
    }

    private IEnumerable<SignedReceipt> ReceiptsOf(int viewer)
    {
        uint number = 0;
        for (var chunks = Fewest; chunks <= Segments * s_chunks; chunks += Math.Min(Most, chunks))
        {
            var (whole, rest) = Math.DivRem(chunks, s_chunks);
            ushort[] counts = [.. Enumerable.Repeat((ushort)s_chunks, whole), .. rest > 0 ? (ushort[])[(ushort)rest] : []];
            yield return SignedReceipt.Sign(
                new()
                {
                    Broadcast = _broadcast,
                    Sender = PeerKey.Of(_own.PublicKey),
                    Receiver = PeerKey.Of(_viewers[viewer].PublicKey),
                    Link = LinkOf(viewer),
                    Period = 1,
                    Number = ++number,
                    At = DateTimeOffset.UnixEpoch,
                    TotalChunks = chunks,
                    TotalBytes = (long)whole * SegmentBytes + BytesOf(0, rest),
                    Runs = [new(NameOf(0).Track, 0, 0, counts)],
                },
                _viewers[viewer]);
        }
    }

    private SegmentRecord RecordOf(int sequence, ChunkTree tree) => new()
    {
        Broadcast = _broadcast,
        Track = s_track,
        Epoch = 0,
        Sequence = (uint)sequence,
        DecodeTime = (ulong)sequence * 2000,
        Timescale = 1000,
        Duration = 2000,
        ByteLength = tree.ByteLength,
        ChunkRoot = tree.Root,
        InitHash = default,
        CryptoPeriod = 0,
        KeyId = default,
        Previous = default,
        SealedAt = DateTimeOffset.UnixEpoch,
    };

    private SegmentName NameOf(int segment) => new(TrackTag.Of(_broadcast, s_track), 0, (uint)segment);

    private static LinkId LinkOf(int viewer) => new(new Bytes32([.. BitConverter.GetBytes(viewer), .. new byte[28]]));

    private static int BytesOf(int first, int count) => Math.Min(SegmentBytes, (first + count) * ChunkTree.ChunkSize) - first * ChunkTree.ChunkSize;

    private static void Need(bool isSo)
    {
        if (!isSo)
        {
            throw new InvalidOperationException("a relay's books did not take what is right");
        }
    }
}

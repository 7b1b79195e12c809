using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Receipts;
using static LiveLedger.Vectors.Peering.PeeringWorld;
using static LiveLedger.Vectors.Receipts.RawReceipt;

namespace LiveLedger.Vectors.Receipts;

/// <summary>A batch as it comes.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Bytes">Hexadecimal.</param>
/// <param name="Receipts">The hashes of its receipts; null if it cannot be read.</param>
/// <param name="Holds">True if its signature is that of the sender it names, Alice.</param>
internal sealed record BatchCase(string Name, string Bytes, IReadOnlyList<string>? Receipts, bool Holds);

internal static class BatchCases
{
    private static readonly byte[] s_one = new RawReceipt().Signed();
    private static readonly byte[] s_two = new RawReceipt { Period = 2, TotalChunks = 200 }.Signed();
    private static readonly byte[] s_newer = new RawReceipt { Number = 2 }.Signed();

    public static IReadOnlyList<BatchCase> All() =>
    [
        Case("of one receipt", Raw([s_one])),
        Case("of two periods", Raw([s_one, s_two])),
        Case("of 64 receipts", Raw(Many(64))),
        Case("of no receipt", Raw([])),
        Case("of 65 receipts", Raw(Many(65))),
        Case("out of order", Raw([s_two, s_one])),
        Case("of one receipt twice", Raw([s_one, s_one])),
        Case("of two receipts of one period", Raw([s_one, s_newer])),
        Case("with another broadcast's receipt", Raw([new RawReceipt { Broadcast = OtherBroadcast }.Signed()])),
        Case("with another sender's receipt", Raw([new RawReceipt { Sender = Platform.PublicKey.Value }.Signed()])),
        Case("with a receipt that cannot be read", Raw([new RawReceipt { Period = 0 }.Signed()])),
        Case("with a receipt cut off", Raw([s_one[..^1]])),
        Case("with a receipt that says it is too long", Raw([s_one], lengths: [2387])),
        Case("with a receipt that says it is longer than all", Raw([s_one], lengths: [uint.MaxValue])),
        Case("with another receipt's hash", Raw([s_one], hashes: [Sha256Hash.Of(s_two)])),
        Case("with a hash too many", Raw([s_one], hashes: [Sha256Hash.Of(s_one), Sha256Hash.Of(s_two)])),
        Case("that says two and has one", Raw([s_one], hashes: [Sha256Hash.Of(s_one), Sha256Hash.Of(s_two)], count: 2)),
        Case("cut off", Raw([s_one])[..^1]),
        Case("with a byte more", [.. Raw([s_one]), 0]),
        Case("of nothing", []),
        Case("signed by the receiver", Raw([s_one], by: Bob)),
        Case("signed under a receipt's tag", Raw([s_one], tag: Tag)),
        Case("with a receipt whose own signature does not hold", Raw([new RawReceipt().Signed(Alice)])),
    ];

    internal static byte[] Raw(IReadOnlyList<byte[]> receipts, Sha256Hash[]? hashes = null, int? count = null, uint[]? lengths = null, Ed25519PrivateKey? by = null, string tag = BatchTag)
    {
        var to = new MemoryStream();
        Span<byte> id = stackalloc byte[BroadcastId.Length];
        Broadcast.CopyTo(id);
        to.Write(id);
        to.Write(Alice.PublicKey.Value.ToArray());
        Put(to, (ulong)(count ?? receipts.Count), 2);
        foreach (var hash in hashes ?? [.. receipts.Select(static r => Sha256Hash.Of(r))])
        {
            to.Write(hash.Value.ToArray());
        }

        to.Write(Signature(by ?? Alice, tag, to.ToArray()));
        for (var n = 0; n < receipts.Count; n++)
        {
            Put(to, lengths?[n] ?? (uint)receipts[n].Length, 4);
            to.Write(receipts[n]);
        }

        return to.ToArray();
    }

    private static BatchCase Case(string name, byte[] bytes) => ReceiptBatch.TryRead(bytes, out var batch)
        ? new(name, Convert.ToHexStringLower(bytes), [.. batch.Receipts.Select(static r => r.Hash.ToString())], batch.Verify(Alice.PublicKey))
        : new(name, Convert.ToHexStringLower(bytes), null, false);

    private static byte[][] Many(int count) => [.. Enumerable.Range(1, count).Select(static n => new RawReceipt { Period = (uint)n, Runs = [new(Video, 1, 1, [1])] }.Signed())];
}

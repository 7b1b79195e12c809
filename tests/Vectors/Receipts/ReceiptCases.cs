using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Peering.Receipts;
using static LiveLedger.Vectors.Peering.PeeringWorld;
using static LiveLedger.Vectors.Receipts.RawReceipt;

namespace LiveLedger.Vectors.Receipts;

/// <summary>A signed receipt as it comes.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Bytes">Hexadecimal.</param>
/// <param name="Fields">What was read; null if it cannot be.</param>
/// <param name="Hash">SHA-256 of it, if it was read.</param>
/// <param name="Holds">True if the signature is that of the receiver it names, Bob.</param>
internal sealed record ReceiptCase(string Name, string Bytes, object? Fields, string? Hash, bool Holds);

internal static class ReceiptCases
{
    private static readonly RawReceipt s_good = new();

    public static IReadOnlyList<ReceiptCase> All() =>
    [
        Case("of one run", s_good),
        Case("of three runs", s_good with { Runs = [new(Video, 1, 7, [33, 31]), new(Video, 1, 10, [4]), new(Video, 2, 0, [2]), new(Sound, 1, 0, [1])] }),
        Case("of a later period", s_good with { Period = uint.MaxValue, Number = uint.MaxValue }),
        Case("with the largest totals", s_good with { TotalChunks = 1UL << 53, TotalBytes = 1UL << 53 }),
        Case("at the last moment", s_good with { At = 253_402_300_799_999 }),
        Case("of the last sequence", s_good with { Runs = [new(ulong.MaxValue, uint.MaxValue, uint.MaxValue, [64])] }),
        Case("of full chunks alone", s_good with { TotalChunks = 64, TotalBytes = 64 * 16384 }),
        Case("of chunks of one byte", s_good with { TotalChunks = 64, TotalBytes = 64 }),
        Case("of a segment of 4,096 chunks", s_good with { TotalChunks = 4096, TotalBytes = 1 << 26, Runs = [new(Video, 1, 7, [4096])] }),
        Case("of 64 runs", s_good with { Runs = Runs(64) }),
        Case("of 512 lines", s_good with { TotalChunks = 512, Runs = [new(Video, 1, 0, Ones(256)), new(Video, 2, 0, Ones(256))] }),
        Case("of period 0", s_good with { Period = 0 }),
        Case("of number 0", s_good with { Number = 0 }),
        Case("to itself", s_good with { Sender = Bob.PublicKey.Value }),
        Case("after the last moment", s_good with { At = 253_402_300_800_000 }),
        Case("of more bytes than 2^53", s_good with { TotalChunks = 1UL << 53, TotalBytes = (1UL << 53) + 1 }),
        Case("of more chunks than bytes", s_good with { TotalChunks = 65, TotalBytes = 64 }),
        Case("of more bytes than its chunks hold", s_good with { TotalChunks = 64, TotalBytes = 64 * 16384 + 1 }),
        Case("of so many chunks that they overflow", s_good with { TotalChunks = ulong.MaxValue }),
        Case("of more chunks in the period than in all", s_good with { TotalChunks = 63 }),
        Case("without runs", s_good with { Runs = [] }),
        Case("of 65 runs", s_good with { Runs = Runs(65) }),
        Case("of 513 lines", s_good with { TotalChunks = 513, Runs = [new(Video, 1, 0, Ones(256)), new(Video, 2, 0, Ones(256)), new(Video, 3, 0, [1])] }),
        Case("of a run of nothing", s_good with { Runs = [new(Video, 1, 7, [])] }),
        Case("of a run of 257", s_good with { TotalChunks = 257, Runs = [new(Video, 1, 7, Ones(257))] }),
        Case("of a segment of 4,097 chunks", s_good with { TotalChunks = 4097, Runs = [new(Video, 1, 7, [4097])] }),
        Case("of a run that begins with none", s_good with { Runs = [new(Video, 1, 7, [0, 3])] }),
        Case("of a run that ends with none", s_good with { Runs = [new(Video, 1, 7, [3, 0])] }),
        Case("of a run beyond the last sequence", s_good with { Runs = [new(Video, 1, uint.MaxValue, [3, 3])] }),
        Case("of runs out of order by sequence", s_good with { Runs = [new(Video, 1, 9, [3]), new(Video, 1, 7, [3])] }),
        Case("of runs out of order by epoch", s_good with { Runs = [new(Video, 2, 1, [3]), new(Video, 1, 7, [3])] }),
        Case("of runs out of order by track", s_good with { Runs = [new(Sound, 1, 1, [3]), new(Video, 2, 7, [3])] }),
        Case("of one run twice", s_good with { Runs = [new(Video, 1, 7, [3]), new(Video, 1, 7, [3])] }),
        Case("of runs that overlap", s_good with { Runs = [new(Video, 1, 7, [3, 3]), new(Video, 1, 8, [3])] }),
        Case("of runs that touch", s_good with { Runs = [new(Video, 1, 7, [3, 3]), new(Video, 1, 9, [3])] }),
        Case("of runs with one between", s_good with { Runs = [new(Video, 1, 7, [3, 3]), new(Video, 1, 10, [3])] }),
        Case("that says two runs and has one", s_good with { RunCount = 2 }),
        Case("that says one run and has two", s_good with { RunCount = 1, Runs = [new(Video, 1, 7, [3]), new(Video, 1, 9, [3])] }),
        Case("whose run says four and has three", s_good with { Runs = [new(Video, 1, 7, [3, 3, 3]) { Count = 4 }] }),
        Case("whose run says two and has three", s_good with { Runs = [new(Video, 1, 7, [3, 3, 3]) { Count = 2 }] }),
        Case("cut off", s_good.Signed()[..^1]),
        Case("with a byte more", [.. s_good.Signed(), 0]),
        Case("of a signature alone", s_good.Signed()[^64..]),
        Case("of nothing", []),
        Case("signed by its sender", s_good.Signed(Alice)),
        Case("signed under a batch's tag", s_good.Signed(Bob, BatchTag)),
        Case("signed without a tag", s_good.Signed(Bob, "")),
        Case("altered by a bit after signing", Flipped(s_good.Signed(), 127)),
        Case("with a signature altered by a bit", Flipped(s_good.Signed(), -1)),
        Case("of a receiver with a low-order key", s_good with { Receiver = new([1, .. new byte[31]]) }),
    ];

    private static ReceiptCase Case(string name, RawReceipt receipt) => Case(name, receipt.Signed());

    private static ReceiptCase Case(string name, byte[] bytes)
    {
        var read = SignedReceipt.TryRead(bytes, out var signed);
        return new(name, Convert.ToHexStringLower(bytes), read ? Describe(signed!) : null, signed?.Hash.ToString(), read && signed!.Verify(Bob.PublicKey));
    }

    // 64-bit numbers as text: a track tag in hexadecimal, totals in decimal.
    private static object Describe(SignedReceipt signed)
    {
        var said = signed.Receipt;
        return new
        {
            broadcast = said.Broadcast.ToString(),
            sender = said.Sender.ToString(),
            receiver = said.Receiver.ToString(),
            link = said.Link.ToString(),
            period = said.Period,
            number = said.Number,
            at = said.At.ToUnixTimeMilliseconds(),
            totalChunks = said.TotalChunks,
            totalBytes = said.TotalBytes,
            runs = said.Runs.Select(static r => new { track = r.Track.ToString(), epoch = r.Epoch, first = r.First, chunks = r.Chunks.ToArray().Select(static c => (int)c) }),
        };
    }

    private static RawRun[] Runs(int count) => [.. Enumerable.Range(0, count).Select(static n => new RawRun(Video, 1, (uint)(2 * n), [1]))];

    private static int[] Ones(int count) => [.. Enumerable.Repeat(1, count)];

    private static byte[] Flipped(byte[] bytes, int at)
    {
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        return bytes;
    }
}

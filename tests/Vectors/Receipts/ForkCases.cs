using LiveLedger.Peering.Receipts;
using static LiveLedger.Vectors.Peering.PeeringWorld;
using static LiveLedger.Vectors.Receipts.RawReceipt;

namespace LiveLedger.Vectors.Receipts;

/// <summary>Two signed receipts, and how they contradict one another.</summary>
/// <param name="Name">What they are.</param>
/// <param name="First">Hexadecimal.</param>
/// <param name="Second">Hexadecimal.</param>
/// <param name="Kind">1 link twice, 2 number twice, 3 a line sank, 4 a total sank; null if they do not.</param>
internal sealed record ForkCase(string Name, string First, string Second, int? Kind);

internal static class ForkCases
{
    private static readonly RawReceipt s_one = new() { Runs = [new(Video, 1, 7, [33, 0, 31])] };

    public static IReadOnlyList<ForkCase> All() =>
    [
        Case("the same", s_one, s_one),
        Case("newer with more", s_one, s_one with { Number = 2, TotalChunks = 101, Runs = [new(Video, 1, 7, [33, 1, 31])] }),
        Case("newer at an earlier time", s_one, s_one with { Number = 2, At = 1 }),
        Case("newer with a run before", s_one, s_one with { Number = 2, TotalChunks = 101, Runs = [new(Video, 1, 5, [1]), new(Video, 1, 7, [33, 0, 31])] }),
        Case("a next period with other segments", s_one, s_one with { Period = 2, TotalChunks = 101, Runs = [new(Video, 1, 9, [1])] }),
        Case("of another link", s_one, s_one with { Link = Nonce(99).Value, TotalChunks = 99 }),
        Case("another number in the same words", s_one, s_one with { Number = 2 }),
        Case("one number with another time", s_one, s_one with { At = 1_790_000_001_235 }),
        Case("one number with more", s_one, s_one with { TotalChunks = 101 }),
        Case("newer with fewer of a segment", s_one, s_one with { Number = 2, Runs = [new(Video, 1, 7, [33, 0, 30])] }),
        Case("newer without a segment", s_one, s_one with { Number = 2, Runs = [new(Video, 1, 7, [33])] }),
        Case("newer of another epoch", s_one, s_one with { Number = 2, Runs = [new(Video, 2, 7, [33, 0, 31])] }),
        Case("newer of another track", s_one, s_one with { Number = 2, Runs = [new(Sound, 1, 7, [33, 0, 31])] }),
        Case("newer with fewer chunks in all", s_one, s_one with { Number = 2, TotalChunks = 99 }),
        Case("newer with fewer bytes in all", s_one, s_one with { Number = 2, TotalBytes = 999_999 }),
        Case("a next period with fewer chunks in all", s_one, s_one with { Period = 2, TotalChunks = 99, Runs = [new(Video, 1, 9, [1])] }),
        Case("one link to two senders", s_one, s_one with { Sender = Platform.PublicKey.Value, Period = 9 }),
        Case("one link in two broadcasts", s_one, s_one with { Broadcast = OtherBroadcast, Period = 9 }),
    ];

    private static ForkCase Case(string name, RawReceipt first, RawReceipt second)
    {
        var (one, other) = (Read(first), Read(second));
        var fork = ReceiptFork.Between(one, other);
        // Whoever tells it and in whichever order: it is the same fork.
        var again = ReceiptFork.Between(other, one);
        Assert.Equal((fork?.Kind, fork?.First.Hash, fork?.Second.Hash), (again?.Kind, again?.First.Hash, again?.Second.Hash));
        return new(name, Convert.ToHexStringLower(first.Signed()), Convert.ToHexStringLower(second.Signed()), (int?)fork?.Kind);
    }

    private static SignedReceipt Read(RawReceipt raw) => SignedReceipt.TryRead(raw.Signed(), out var signed) ? signed : throw new InvalidDataException();
}

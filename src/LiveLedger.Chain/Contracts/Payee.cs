using System.Diagnostics.CodeAnalysis;
using LiveLedger.Chain.Abi;

namespace LiveLedger.Chain.Contracts;

/// <summary>Who is paid of a sale.</summary>
/// <param name="To">The account.</param>
/// <param name="Share">In 1/10000; those of a sale sum up to 10000.</param>
public readonly record struct Payee(Address To, ushort Share)
{
    /// <summary>The most payees of a sale.</summary>
    public const int Max = 16;

    internal const string Type = "(address,uint16)";

    /// <summary>Reads the answer to <see cref="TicketsViews.PayeesOf"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> answer, [NotNullWhen(true)] out IReadOnlyList<Payee>? payees)
    {
        payees = null;
        var words = new AbiReader(answer);
        if (!words.TryTakeOnlyOffset() || !words.TryTakeCount(Max, out var count))
        {
            return false;
        }

        var read = new Payee[count];
        for (var i = 0; i < count; i++)
        {
            if (!words.TryTake(out Address to) || !words.TryTake(out ushort share))
            {
                return false;
            }

            read[i] = new(to, share);
        }

        payees = words.AtEnd ? read : null;
        return payees is not null;
    }

    internal AbiWriter ToTuple() => new AbiWriter().Add(To).Add(Share);
}

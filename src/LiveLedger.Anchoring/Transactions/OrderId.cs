using System.Security.Cryptography;
using System.Text;

namespace LiveLedger.Anchoring.Transactions;

/// <summary>Ids that follow from what is ordered, so that ordering the same twice is one order.</summary>
internal static class OrderId
{
    /// <summary>The id of what is ordered for the first time.</summary>
    public static Guid Of(string what) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"liveledger chain order v1\n{what}")).AsSpan(0, 16), bigEndian: true);

    /// <summary>The id under which it is ordered after so many orders of it were parked.</summary>
    public static Guid Of(string what, int parked) => parked == 0 ? Of(what) : Of($"{what}\nattempt {parked}");
}

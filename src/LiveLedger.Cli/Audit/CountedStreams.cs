using LiveLedger.Media;
using LiveLedger.Peering.Reputation;
using LiveLedger.Transparency.Entries;

namespace LiveLedger.Cli.Audit;

/// <summary>
/// Where the events lie that standings are made of: each type in streams of its own, <c>{name}/{broadcast}/…</c>. So the log says of each entry, without its payload, whether it has to be counted.
/// </summary>
internal static class CountedStreams
{
    private static readonly Dictionary<string, string> s_names = new()
    {
        ["segment-sealed"] = "segments",
        ["peer-admitted"] = "admission",
        [ReputationEvents.ReceiptsFiledType] = "receipts",
        [ReputationEvents.ReceiptForkedType] = "fork",
        ["peer-convicted"] = "conviction",
        ["peer-pardoned"] = "conviction",
        ["peer-banned"] = "ban",
        ["peer-unbanned"] = "ban",
    };

    /// <summary>True if this broadcast's standings are counted from the entry, among others.</summary>
    internal static bool Hold(LedgerEntry entry, BroadcastId broadcast) =>
        s_names.TryGetValue(entry.Type, out var name) && entry.Stream.StartsWith($"{name}/{broadcast}/", StringComparison.Ordinal);
}

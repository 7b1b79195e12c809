using System.Text.Json;
using LiveLedger.Chain;

namespace LiveLedger.ChainNodes;

/// <summary>A block's header as a node tells it.</summary>
/// <param name="Hash">What it is known by.</param>
/// <param name="Parent">The one before.</param>
/// <param name="Number">Its height.</param>
/// <param name="Timestamp">When its maker says it was made.</param>
/// <param name="BaseFee">What a unit of gas costs at least (EIP-1559); null on a chain without.</param>
/// <param name="Raw">All of it, for whoever rebuilds the header and hashes it: only that shows that the rest is true.</param>
internal sealed record BlockHead(BlockHash Hash, BlockHash Parent, BlockNumber Number, DateTimeOffset Timestamp, UInt128? BaseFee, JsonElement Raw)
{
    // The last second that a DateTimeOffset can hold.
    private const ulong LastSecond = 253_402_300_799;

    internal static BlockHead Read(JsonElement json) => new(
        json.Member("hash").BlockHash(), json.Member("parentHash").BlockHash(), new(json.Member("number").Number()),
        DateTimeOffset.FromUnixTimeSeconds((long)json.Member("timestamp").Quantity(LastSecond)), json.Optional("baseFeePerGas")?.Amount(), json);
}

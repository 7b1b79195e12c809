using System.Globalization;
using System.Text;
using LiveLedger.Anchoring.Anchors;
using LiveLedger.Ledger;
using LiveLedger.Media;

namespace LiveLedger.Anchoring.Outages;

/// <summary>From when until when nothing was published.</summary>
internal readonly record struct Outage(DateTimeOffset From, DateTimeOffset Until);

/// <summary>
/// The stream <c>outage/{broadcast}</c>: when nothing was published in a scheduled broadcast. Its payload has a fixed layout, for a contract reads it byte by byte
/// (docs/formats/contracts.md): members in this order, times as 16 hexadecimal characters of Unix milliseconds, no space.
/// </summary>
internal static class OutageEvents
{
    public const string Prefix = "outage/";
    public const string LoggedType = "outage-logged";

    private const int Schema = 1;
    private const string Actor = "system";
    private const int TimeLength = 16;

    public static StreamName StreamOf(BroadcastId broadcast) => new(Prefix + broadcast);

    /// <summary>The event; its id follows from the broadcast and the outage's begin, so that the same is logged once.</summary>
    public static NewEvent Logged(BroadcastId broadcast, Outage outage) => new(
        AnchorDesk.IdOf($"outage {broadcast} {outage.From.ToUnixTimeMilliseconds()}"), LoggedType, Schema, Payload(broadcast, outage), Actor);

    public static byte[] Payload(BroadcastId broadcast, Outage outage) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $$"""{"broadcast":"{{broadcast}}","from":"{{outage.From.ToUnixTimeMilliseconds():x16}}","until":"{{outage.Until.ToUnixTimeMilliseconds():x16}}"}"""));

    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    public static Outage Read(ReadOnlySpan<byte> payload)
    {
        var from = payload.IndexOf("\"from\":\""u8);
        var until = payload.IndexOf("\"until\":\""u8);
        return from > 0 && until > from
            && TryRead(payload[(from + 8)..], out var begin) && TryRead(payload[(until + 9)..], out var end)
            ? new(begin, end) : throw new InvalidDataException($"the payload of '{LoggedType}' is none");
    }

    private static bool TryRead(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        var read = text.Length >= TimeLength && long.TryParse(text[..TimeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds is >= 0 and <= 253_402_300_799_999;
        time = read ? DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(text[..TimeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)) : default;
        return read;
    }
}

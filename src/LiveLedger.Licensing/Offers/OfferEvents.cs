using System.Text.Json;
using LiveLedger.Ledger;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Offers;

/// <summary>An offer was made, or revised.</summary>
internal sealed record OfferStated(string Broadcast, int Version, OfferBody Offer);

/// <summary>And is sold no more.</summary>
internal sealed record OfferWithdrawn(string Broadcast);

/// <summary>The stream <c>offer/{id}</c>: created, revised, withdrawn.</summary>
internal static class OfferEvents
{
    public const string Prefix = "offer/";
    public const string CreatedType = "offer-created";
    public const string RevisedType = "offer-revised";
    public const string WithdrawnType = "offer-withdrawn";

    private const int Schema = 1;
    private const string Actor = "broadcaster";

    public static StreamName StreamOf(OfferId id) => new(Prefix + id);

    public static NewEvent Stated(Guid id, BroadcastId broadcast, int version, OfferBody body) => new(
        id, version == 1 ? CreatedType : RevisedType, Schema, JsonSerializer.SerializeToUtf8Bytes(new(broadcast.ToString(), version, body), OfferJson.Default.OfferStated), Actor);

    public static NewEvent Withdrawn(Guid id, BroadcastId broadcast) => new(
        id, WithdrawnType, Schema, JsonSerializer.SerializeToUtf8Bytes(new(broadcast.ToString()), OfferJson.Default.OfferWithdrawn), Actor);

    public static bool TryReadStream(StreamName stream, out OfferId id)
    {
        id = default;
        return stream.Value.StartsWith(Prefix, StringComparison.Ordinal) && OfferId.TryParse(stream.Value[Prefix.Length..], out id);
    }

    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    public static OfferStated ReadStated(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, OfferJson.Default.OfferStated) ?? throw new InvalidDataException("empty payload of an offer");
}

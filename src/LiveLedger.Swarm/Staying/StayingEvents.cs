using LiveLedger.Ledger;
using LiveLedger.Peering.Staying;

namespace LiveLedger.Swarm.Staying;

/// <summary>The stream <c>staying-model</c>: an event for each model that an operator adopted, its payload the model as JSON (docs/formats/sessions.md).</summary>
internal static class StayingEvents
{
    public const string AdoptedType = "staying-model-adopted";

    private const int Schema = 1;

    public static StreamName Stream { get; } = new("staying-model");

    public static NewEvent Adopted(TimeProvider time, StayingModel model) => new(Guid.CreateVersion7(time.GetUtcNow()), AdoptedType, Schema, StayingModelJson.Write(model), "operator");

    /// <summary>Reads it; null for an event that is none, or of a format that this build does not know.</summary>
    public static AdoptedModel? Read(StoredEvent stored) =>
        stored.Type == AdoptedType && stored.Stream == Stream && StayingModelJson.TryRead(stored.PayloadJson.Span, out var model, out _) ? new(stored.Version + 1, stored.RecordedAt, model) : null;
}

using System.Text.Json.Serialization;
using LiveLedger.Anchoring.Sightings;

namespace LiveLedger.Anchoring.Views;

/// <summary>Terms of a sale in rows and answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SaleTerms))]
internal sealed partial class SaleTermsJson : JsonSerializerContext;

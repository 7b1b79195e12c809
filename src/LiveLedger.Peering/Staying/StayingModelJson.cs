using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LiveLedger.Peering.Staying;

/// <summary>
/// A model as JSON (docs/formats/sessions.md). Whoever reads one gets it whole and within its bounds, or the name of what will not do: no number that is none, no feature that nobody
/// knows, and nothing switched on that its own figures do not bear out.
/// </summary>
public static partial class StayingModelJson
{
    /// <summary>Longest that is read.</summary>
    public const int MaxBytes = 32 * 1024;

    private const double MaxNumber = 1e6;
    private const int MaxReason = 500;

    /// <summary>Writes it.</summary>
    public static byte[] Write(StayingModel model) => JsonSerializer.SerializeToUtf8Bytes(
        new ModelJson
        {
            Format = StayingModel.Format,
            On = model.IsOn,
            Reason = model.Reason,
            Simulated = model.IsSimulated,
            Training = model.Training,
            HeldOut = model.HeldOut,
            Leaving = Of(model.Leaving),
            Uplink = model.Uplink is { } uplink ? new(uplink.IsOn, uplink.Error, uplink.SameAgainError, Of(uplink.Line)) : null,
        },
        ModelJsonContext.Default.ModelJson);

    /// <summary>Reads it.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <param name="model">The model.</param>
    /// <param name="why">What will not do, as a word: <c>too-long</c>, <c>malformed</c>, <c>format-unknown</c>, <c>reason-invalid</c>, <c>range-invalid</c>, <c>figure-invalid</c>,
    /// <c>terms-invalid</c>, <c>term-unknown</c>, <c>term-twice</c>, <c>number-invalid</c>, <c>simulated</c>, <c>not-borne-out</c>.</param>
    public static bool TryRead(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out StayingModel? model, [NotNullWhen(false)] out string? why)
    {
        model = null;
        if (utf8.Length > MaxBytes)
        {
            why = "too-long";
            return false;
        }

        ModelJson? json;
        try
        {
            json = JsonSerializer.Deserialize(utf8, ModelJsonContext.Default.ModelJson);
        }
        catch (JsonException)
        {
            json = null;
        }

        if (json is not { Training: { } training, HeldOut: { } heldOut })
        {
            why = "malformed";
            return false;
        }

        why = json.Format != StayingModel.Format ? "format-unknown"
            : json.Reason is not { Length: > 0 and <= MaxReason } || json.Reason.Any(char.IsControl) ? "reason-invalid"
            : !IsSound(training) ? "range-invalid"
            : !IsSound(heldOut) ? "figure-invalid"
            : WhyNot(json.Leaving) ?? (json.Uplink is { } up ? up.Line is null || !IsNumber(up.Error) || !IsNumber(up.SameAgainError) ? "figure-invalid" : WhyNot(up.Line) : null);
        if (why is not null)
        {
            return false;
        }

        var read = new StayingModel
        {
            IsOn = json.On,
            Reason = json.Reason!,
            IsSimulated = json.Simulated,
            Training = training,
            HeldOut = heldOut,
            Leaving = LineOf(json.Leaving),
            Uplink = json.Uplink is { } uplink ? new(uplink.On, uplink.Error, uplink.SameAgainError, LineOf(uplink.Line)!) : null,
        };
        why = !read.IsOn ? null : read.IsSimulated ? "simulated" : read.WhyNot() is not null ? "not-borne-out" : null;
        model = why is null ? read : null;
        return model is not null;
    }

    private static bool IsSound(TrainingRange range) => range is { From: >= 0, Stays: >= 0, Looks: >= 0, Left: >= 0 } && range.From <= range.Cut && range.Cut <= range.Until && range.Left <= range.Looks;

    private static bool IsSound(HeldOutFigures f) =>
        f is { Looks: >= 0, Left: >= 0, Auc: >= 0 and <= 1, OlderAuc: >= 0 and <= 1, GainLow: >= -1 and <= 1, GainHigh: >= -1 and <= 1, Heads: >= 0 and <= 1e12, Broken: >= 0, OlderBroken: >= 0, ChanceBroken: >= 0 }
        && f.Left <= f.Looks && f.GainLow <= f.GainHigh && f.Broken <= f.Heads && f.OlderBroken <= f.Heads && f.ChanceBroken <= f.Heads;

    private static string? WhyNot(LineJson? line)
    {
        if (line is null)
        {
            return null;
        }

        if (line.Terms is not { Length: > 0 } terms || terms.Length > StayFeatures.Count)
        {
            return "terms-invalid";
        }

        var names = new HashSet<string>();
        foreach (var term in terms)
        {
            if (term is null || StayFeatures.IndexOf(term.Name) < 0)
            {
                return "term-unknown";
            }

            if (!names.Add(term.Name))
            {
                return "term-twice";
            }

            if (!IsNumber(term.Mean) || !IsNumber(term.Coefficient) || !(term.Error is >= 0 and <= MaxNumber) || !(term.Scale is >= 1e-9 and <= MaxNumber))
            {
                return "number-invalid";
            }
        }

        return IsNumber(line.Intercept) ? null : "number-invalid";
    }

    private static bool IsNumber(double value) => value is >= -MaxNumber and <= MaxNumber;

    private static LineJson? Of(StayLine? line) => line is null ? null : new(line.Intercept, [.. line.Terms.Select(static t => new TermJson(t.Name, t.Mean, t.Scale, t.Coefficient, t.Error))]);

    private static StayLine? LineOf(LineJson? line) => line is null ? null : new(line.Intercept, [.. line.Terms!.Select(static t => new StayTerm(t!.Name, t.Mean, t.Scale, t.Coefficient, t.Error))]);

    internal sealed record ModelJson
    {
        public required int Format { get; init; }

        public required bool On { get; init; }

        public required string? Reason { get; init; }

        public required bool Simulated { get; init; }

        public required TrainingRange? Training { get; init; }

        public required HeldOutFigures? HeldOut { get; init; }

        public LineJson? Leaving { get; init; }

        public UplinkJson? Uplink { get; init; }
    }

    internal sealed record LineJson(double Intercept, TermJson?[]? Terms);

    internal sealed record TermJson(string Name, double Mean, double Scale, double Coefficient, double Error);

    internal sealed record UplinkJson(bool On, double Error, double SameAgainError, LineJson? Line);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false, MaxDepth = 8,
        RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
    [JsonSerializable(typeof(ModelJson))]
    private sealed partial class ModelJsonContext : JsonSerializerContext;
}

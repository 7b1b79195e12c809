using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LiveLedger.Benchmarks;

/// <summary>One number. Without a goal it is there to be read, and passes.</summary>
/// <param name="Id">Stable name, e.g. <c>cbcs-of-limit</c>.</param>
/// <param name="Value">The number.</param>
/// <param name="Unit">Its unit; <c>ratio</c> for a share of a baseline of the same run.</param>
/// <param name="Goal">e.g. <c>&gt;= 0.6</c>, or null.</param>
/// <param name="Pass">The goal is reached.</param>
internal sealed record Measure(string Id, double Value, string Unit, string? Goal, bool Pass)
{
    public static Measure Info(string id, double value, string unit) => new(id, value, unit, null, true);

    public static Measure AtLeast(string id, double value, string unit, double goal) =>
        new(id, value, unit, string.Create(CultureInfo.InvariantCulture, $">= {goal}"), value >= goal);

    public static Measure AtMost(string id, double value, string unit, double goal) =>
        new(id, value, unit, string.Create(CultureInfo.InvariantCulture, $"<= {goal}"), value <= goal);
}

/// <summary>What a benchmark found, and under which conditions.</summary>
internal sealed record BenchmarkReport(
    string Name, IReadOnlyDictionary<string, string> Conditions, IReadOnlyList<Measure> Measures)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [System.Text.Json.Serialization.JsonIgnore]
    public bool Passes => Measures.All(measure => measure.Pass);

    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    public string ToTable()
    {
        var text = new StringBuilder().AppendLine(Name);
        foreach (var (key, value) in Conditions)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {key}: {value}");
        }

        foreach (var m in Measures)
        {
            var verdict = m.Goal is null ? "" : m.Pass ? $"ok ({m.Goal})" : $"MISSED ({m.Goal})";
            text.AppendLine(CultureInfo.InvariantCulture, $"  {m.Id,-34} {m.Value,12:0.###} {m.Unit,-14} {verdict}");
        }

        return text.ToString().TrimEnd();
    }
}

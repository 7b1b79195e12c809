using System.Text.Json;

namespace LiveLedger.Cli;

/// <summary>What `--json` prints.</summary>
internal static class Output
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal static string Json(object value) => JsonSerializer.Serialize(value, Options);
}

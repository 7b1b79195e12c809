using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

[assembly: AssemblyFixture(typeof(LiveLedger.Faults.Attacks.AttackTable))]

namespace LiveLedger.Faults.Attacks;

/// <summary>An attack on the tracker or on standings, with what defends against it or without.</summary>
/// <param name="Attack">Its name.</param>
/// <param name="Lacking">The defence that is not there; null: all are.</param>
/// <param name="Measured">What is measured.</param>
/// <param name="Value">How much it was.</param>
/// <param name="Harmed">Honest ones who lost something by it.</param>
/// <param name="Note">What else there is to say.</param>
public sealed record AttackRow(string Attack, string? Lacking, string Measured, double Value, int Harmed, string Note);

/// <summary>Gathers what each attack came to, and writes it down when all are over.</summary>
public sealed class AttackTable : IDisposable
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _lock = new();
    private readonly List<AttackRow> _rows = [];

    /// <summary>Keeps a row, and says it at once.</summary>
    public void Keep(AttackRow row)
    {
        lock (_lock)
        {
            _rows.Add(row);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join("  ", Cells(row)));
    }

    public void Dispose()
    {
        if (_rows.Count == 0)
        {
            return;
        }

        var rows = _rows.OrderBy(static r => r.Attack, StringComparer.Ordinal).ThenBy(static r => r.Lacking is not null).ToList();
        string[][] lines = [["attack", "run", "measured", "value", "honest harmed", ""], .. rows.Select(Cells)];
        var widths = Enumerable.Range(0, lines[0].Length).Select(column => lines.Max(l => l[column].Length)).ToArray();
        var text = string.Join('\n', lines.Select(l => string.Join("  ", l.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()));
        var folder = Path.Combine(Root, "artifacts");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "attacks-tracker.txt"), $"The tracker's own rooms and the count of standings, under a clock of their own. Simulated.\n\n{text}\n");
        File.WriteAllText(Path.Combine(folder, "attacks-tracker.json"), JsonSerializer.Serialize(rows, s_json));
    }

    private static string[] Cells(AttackRow row) =>
        [row.Attack, row.Lacking is null ? "as it is" : $"without: {row.Lacking}", row.Measured, row.Value.ToString("0.###", CultureInfo.InvariantCulture), row.Harmed.ToString(CultureInfo.InvariantCulture), row.Note];

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "LiveLedger.slnx")))
            {
                folder = folder.Parent ?? throw new InvalidOperationException("the tests run outside of their repository");
            }

            return folder.FullName;
        }
    }
}

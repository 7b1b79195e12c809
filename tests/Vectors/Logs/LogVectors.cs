using System.Text.Encodings.Web;
using System.Text.Json;

namespace LiveLedger.Vectors.Logs;

/// <summary>
/// <c>tests/Vectors/log.json</c>: what our reader says of keys, notes, policies, entries and proofs, good and bad. The audit page's verifier,
/// written apart from it, must say the same. After a change of the format: <c>LIVELEDGER_WRITE_VECTORS=1 dotnet test tests/Vectors -c Release</c>.
/// </summary>
public sealed class LogVectors
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        IndentSize = 1,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Fact]
    public void The_committed_file_is_what_the_code_says()
    {
        var text = JsonSerializer.Serialize(
            new
            {
                Keys = NoteCases.Keys(),
                Notes = NoteCases.Notes(),
                Cosignatures = NoteCases.Cosignatures(),
                Policies = PolicyCases.Files(),
                Verdicts = PolicyCases.Verdicts(),
                Entries = EntryCases.All(),
                Tiles = TreeCases.Tiles(),
                Inclusion = TreeCases.Inclusion(),
                Consistency = TreeCases.Consistency(),
            },
            s_json) + "\n";
        if (Environment.GetEnvironmentVariable("LIVELEDGER_WRITE_VECTORS") == "1")
        {
            File.WriteAllText(CommittedPath(), text);
        }

        Assert.Equal(File.ReadAllText(CommittedPath()), text);
    }

    [Fact]
    public void Every_kind_of_case_is_taken_and_refused()
    {
        Assert.Equal([false, true], NoteCases.Keys().Select(static k => k.Taken).Distinct().Order());
        Assert.Equal(6, NoteCases.Notes().Select(static n => n.Expected).Distinct().Count());
        Assert.Equal(3, NoteCases.Cosignatures().Select(static c => c.Expected).Distinct().Count());
        Assert.Equal(5, PolicyCases.Verdicts().Select(static v => v.Expected).Distinct().Count());
        Assert.Contains(EntryCases.All(), static e => e.Fields is null);
        Assert.Contains(EntryCases.All(), static e => e.Fields is not null);
        Assert.Equal(4, TreeCases.Inclusion().Select(static i => i.Expected).Distinct().Count());
        Assert.Equal(6, TreeCases.Consistency().Select(static c => c.Expected).Distinct().Count());
    }

    private static string CommittedPath() => Repository.Vector("log.json");
}

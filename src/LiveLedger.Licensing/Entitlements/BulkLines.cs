using System.Text;
using System.Text.Json;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>One line of a bulk grant.</summary>
/// <param name="Viewer">The shop's name for the viewer.</param>
/// <param name="Offer">What was sold; null for everything.</param>
/// <param name="Key">The line's own key, the same when the file is sent again with lines added or left out; null: its number.</param>
internal sealed record BulkLine(string? Viewer, string? Offer, string? Key);

/// <summary>Reads a file of grants, NDJSON or CSV (RFC 4180, with a header line), a line at a time.</summary>
internal static class BulkLines
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { AllowDuplicateProperties = false, MaxDepth = 4 };

    /// <summary>The lines that are not empty; null for one that cannot be read.</summary>
    public static IEnumerable<BulkLine?> Read(TextReader text, bool csv)
    {
        var columns = csv ? Cells(text.ReadLine() ?? "") : null;
        while (text.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                yield return columns is null ? Json(line) : Csv(line, columns);
            }
        }
    }

    private static BulkLine? Json(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<BulkLine>(line, s_json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static BulkLine? Csv(string line, List<string>? columns)
    {
        if (columns is null || Cells(line) is not { } cells || cells.Count != columns.Count)
        {
            return null;
        }

        string? Cell(string name) => columns.IndexOf(name) is >= 0 and var at && cells[at].Length > 0 ? cells[at] : null;
        return new(Cell("viewer"), Cell("offer"), Cell("key"));
    }

    // A quoted cell may hold commas and doubled quotes. It may not hold a line break: no name does.
    private static List<string>? Cells(string line)
    {
        var (cells, cell, at) = (new List<string>(), new StringBuilder(), 0);
        while (true)
        {
            cell.Clear();
            if (at < line.Length && line[at] == '"')
            {
                for (at++; ; at++)
                {
                    if (at >= line.Length)
                    {
                        return null;
                    }

                    if (line[at] == '"' && (++at >= line.Length || line[at] != '"'))
                    {
                        break;
                    }

                    cell.Append(line[at]);
                }
            }
            else
            {
                var end = line.IndexOf(',', at) is >= 0 and var comma ? comma : line.Length;
                cell.Append(line.AsSpan(at, end - at));
                at = end;
            }

            cells.Add(cell.ToString());
            if (at == line.Length)
            {
                return cells;
            }

            if (line[at++] != ',')
            {
                return null;
            }
        }
    }
}

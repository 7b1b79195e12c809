using System.Text.RegularExpressions;

namespace LiveLedger.Architecture;

/// <summary>Whoever is refused can look the code up.</summary>
public sealed partial class ProblemCodes
{
    [Fact]
    public void Every_problem_code_in_the_code_is_on_the_page_with_its_status()
    {
        var rows = Repository.Text("docs/formats/api.md").Split('\n').Where(static l => l.StartsWith('|')).ToArray();
        var codes = Repository.WithExtension(".cs", "src/")
            .SelectMany(static file => Code().Matches(Repository.Text(file)).Select(m => (File: file, Status: m.Groups[1].Value, Code: m.Groups[2].Value)))
            // Two answers that are no errors: the segment is there already; nobody listens any more.
            .Where(static c => c.Status is not ("200" or "499"))
            .ToArray();
        Assert.True(codes.Length > 50, "the pattern finds the refusals");
        Assert.All(codes, c => Assert.True(
            rows.Any(r => r.Split('|')[1].Contains(c.Status, StringComparison.Ordinal) && r.Contains($"`{c.Code}`", StringComparison.Ordinal)),
            $"{c.File}: {c.Status} {c.Code} is not in docs/formats/api.md"));
    }

    [GeneratedRegex("""(?:Refusal|new)\(\s*([45]\d\d|200),\s*"([a-z-]+)",""")]
    private static partial Regex Code();
}

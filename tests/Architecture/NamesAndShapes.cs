using System.Text.RegularExpressions;

namespace LiveLedger.Architecture;

/// <summary>Names that answer no question, interfaces nobody needed, files that answer too many.</summary>
public sealed partial class NamesAndShapes
{
    private const int MaxLines = 500;

    private static readonly HashSet<string> s_empty = new(
        ["utils", "util", "utilities", "helpers", "helper", "common", "managers", "manager", "services", "abstractions", "misc"],
        StringComparer.OrdinalIgnoreCase);

    [Fact]
    public void No_folder_or_file_has_a_name_that_could_hold_anything()
    {
        var bad = Repository.Files.Where(static f => f.Split('/').Any(static part => s_empty.Contains(part.Split('.')[0]))
            || EmptySuffix().IsMatch(Path.GetFileNameWithoutExtension(f)));
        Assert.Empty(bad);
    }

    [Fact]
    public void Every_interface_has_two_implementations()
    {
        var sources = Repository.WithExtension(".cs", "src/").Concat(Repository.WithExtension(".cs", "tests/")).ToDictionary(static f => f, Repository.Text);
        var interfaces = sources.Where(static s => s.Key.StartsWith("src/", StringComparison.Ordinal))
            .SelectMany(static s => PublicInterface().Matches(s.Value).Select(m => (File: s.Key, Name: m.Groups[1].Value)));
        foreach (var (file, name) in interfaces)
        {
            var implementation = new Regex($@"\b(class|struct|record)\s[^{{;]*?:[^{{;]*\b{Regex.Escape(name)}\b");
            var count = sources.Where(static s => s.Key.StartsWith("src/", StringComparison.Ordinal)).Sum(s => implementation.Count(s.Value));
            Assert.True(count >= 2, $"{file}: {name} has {count} implementations: make it a class until there is a second");
        }
    }

    [Fact]
    public void No_source_file_is_longer_than_one_can_read()
    {
        foreach (var file in Repository.WithExtension(".cs").Concat(Repository.WithExtension(".ts")))
        {
            var lines = File.ReadLines(Repository.Full(file)).Count();
            Assert.True(lines <= MaxLines, $"{file} has {lines} lines");
        }
    }

    [Fact]
    public void No_warning_is_silenced_for_the_whole_repository()
    {
        foreach (var file in (string[])["Directory.Build.props", "src/Directory.Build.props"])
        {
            Assert.DoesNotContain("NoWarn", Repository.Text(file), StringComparison.Ordinal);
            Assert.DoesNotContain("WarningsNotAsErrors", Repository.Text(file), StringComparison.Ordinal);
        }

        Assert.Contains("<TreatWarningsAsErrors>true</TreatWarningsAsErrors>", Repository.Text("Directory.Build.props"), StringComparison.Ordinal);
        Assert.All(Repository.WithExtension(".csproj", "src/"), static f => Assert.DoesNotContain("NoWarn", Repository.Text(f), StringComparison.Ordinal));
    }

    [Fact]
    public void The_program_prints_through_one_file_which_lets_no_control_character_through()
    {
        var printing = Repository.WithExtension(".cs", "src/LiveLedger.Cli/").Where(static f => PrintsItself().IsMatch(Repository.Text(f)));
        Assert.Equal(["src/LiveLedger.Cli/Output.cs"], printing);
    }

    [GeneratedRegex(@"\bConsole\.((Error|Out)\.)?Write")]
    private static partial Regex PrintsItself();

    [GeneratedRegex(@"(?<=[a-z])(Utils?|Helpers?|Managers?)$")]
    private static partial Regex EmptySuffix();

    [GeneratedRegex(@"\bpublic\s+(?:partial\s+)?interface\s+(\w+)")]
    private static partial Regex PublicInterface();
}

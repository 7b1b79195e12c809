using System.Text.RegularExpressions;

namespace LiveLedger.Architecture;

/// <summary>
/// The arrows between the rooms:
/// Cryptography ← {Transparency ← Chain, Media ← Peering} ← Ledger ← {Broadcasting, Licensing, Swarm, Anchoring} ← Server. Messages, which others take in
/// as well, stands on nothing. ChainNodes asks nodes and stands on Chain alone. Relay stands on the pure rooms alone, and Cli on them, Relay and ChainNodes. Of the
/// stages Anchoring alone knows of chains.
/// </summary>
public sealed partial class DependencyRule
{
    private static readonly string[] s_pure = ["Transparency", "Media", "Peering"];
    private static readonly string[] s_stages = ["Broadcasting", "Licensing", "Swarm", "Anchoring"];

    private static readonly Dictionary<string, string[]> s_mayReference = new()
    {
        ["Cryptography"] = [],
        ["Transparency"] = ["Cryptography"],
        ["Chain"] = ["Cryptography", "Transparency"],
        ["ChainNodes"] = ["Cryptography", "Transparency", "Chain"],
        ["Media"] = ["Cryptography"],
        ["Peering"] = ["Cryptography", "Media"],
        ["Messages"] = [],
        ["Ledger"] = ["Cryptography", .. s_pure],
        ["Broadcasting"] = ["Cryptography", .. s_pure, "Ledger", "Messages"],
        ["Licensing"] = ["Cryptography", .. s_pure, "Ledger", "Messages"],
        ["Swarm"] = ["Cryptography", .. s_pure, "Ledger", "Messages"],
        ["Anchoring"] = ["Cryptography", .. s_pure, "Chain", "ChainNodes", "Ledger", "Messages"],
        ["Server"] = ["Cryptography", .. s_pure, "Chain", "ChainNodes", "Ledger", "Messages", .. s_stages],
        // An auditor's or a relay's tool holds no database code.
        ["Relay"] = ["Cryptography", .. s_pure],
        ["Cli"] = ["Cryptography", .. s_pure, "Chain", "ChainNodes", "Relay"],
    };

    public static TheoryData<string> All => [.. Projects.Source.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public void A_project_references_only_what_the_rule_allows(string project)
    {
        Assert.True(s_mayReference.TryGetValue(project, out var allowed), $"{project} has no place in the rule yet: give it one here and in docs/flow.md");
        Assert.Empty(Projects.Source[project].Except(allowed));
        Assert.Empty(Projects.Reach(project).Except(allowed));
    }

    [Fact]
    public void The_stages_meet_only_in_the_ledger_and_the_server()
    {
        foreach (var stage in s_stages.Where(Projects.Source.ContainsKey))
        {
            Assert.Empty(Projects.Reach(stage).Intersect(s_stages));
        }
    }

    [Theory]
    [InlineData("Cli")]
    [InlineData("Relay")]
    [InlineData("ChainNodes")]
    public void An_outsiders_tool_reaches_no_database_code(string project)
    {
        if (Projects.Source.ContainsKey(project))
        {
            Assert.Empty(Projects.Reach(project).Intersect(["Ledger", "Server", .. s_stages]));
            Assert.DoesNotContain("Npgsql", Packages(project));
        }
    }

    [Theory]
    [InlineData("Cryptography")]
    [InlineData("Transparency")]
    [InlineData("Chain")]
    [InlineData("Media")]
    [InlineData("Peering")]
    [InlineData("Messages")]
    public void The_rooms_below_the_ledger_stand_on_no_package(string project)
    {
        if (Projects.Source.ContainsKey(project))
        {
            Assert.Empty(Packages(project));
            Assert.Empty(Projects.Values(File(project), "FrameworkReference"));
        }
    }

    [Fact]
    public void The_pure_rooms_do_no_input_or_output()
    {
        var uses = from room in (string[])[.. s_pure, "Chain"]
                   from file in Repository.WithExtension(".cs", $"src/LiveLedger.{room}/")
                   from Match match in InputOutput().Matches(Repository.Text(file))
                   select $"{file}: {match.Value}";
        Assert.Empty(uses);
    }

    [Fact]
    public void Only_the_server_is_a_web_program()
    {
        var web = Repository.WithExtension(".csproj", "src/").Where(static f => Repository.Text(f).Contains("Microsoft.NET.Sdk.Web", StringComparison.Ordinal));
        Assert.Equal(["Server"], web.Select(Projects.Name));
    }

    private static string File(string project) => $"src/LiveLedger.{project}/LiveLedger.{project}.csproj";

    private static IEnumerable<string> Packages(string project) => Projects.Values(File(project), "PackageReference");

    [GeneratedRegex(@"\b(File|Directory|FileStream|HttpClient|Socket|Console|Process|Environment|DateTime(Offset)?\.(Utc)?Now)\b(?=\.|\()|\busing System\.(IO|Net)(\.|;)")]
    private static partial Regex InputOutput();
}

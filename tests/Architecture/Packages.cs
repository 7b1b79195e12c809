using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace LiveLedger.Architecture;

/// <summary>Versions stand in one place, and nothing says from which machine or registry this was built.</summary>
public sealed partial class Packages
{
    // In halves, so that this file does not hold what it looks for.
    private static readonly string[] s_places =
    [
        "/wo" + "rk/", "/tm" + "p/wt", "/tm" + "p/plan", "/Us" + "ers/", "C:" + "\\Users",
        "registry.npm" + "js.org", "api.nu" + "get.org", "nuget" + ".org/v3", "pypi" + ".org", "pythonhosted" + ".org", "proxy.golang" + ".org", "crates" + ".io",
    ];

    private static readonly HashSet<string> s_binary = new([".png", ".jpg", ".ico", ".woff2", ".mp4", ".m4s", ".bin"], StringComparer.OrdinalIgnoreCase);

    [Fact]
    public void Versions_of_packages_stand_in_one_file()
    {
        foreach (var project in Repository.WithExtension(".csproj"))
        {
            foreach (var package in XDocument.Parse(Repository.Text(project)).Descendants("PackageReference"))
            {
                Assert.Null((string?)package.Attribute("Version") ?? (string?)package.Attribute("VersionOverride") ?? package.Element("Version")?.Value);
            }
        }
    }

    [Fact]
    public void A_central_version_is_exact_and_somebody_uses_it()
    {
        var used = Repository.WithExtension(".csproj").SelectMany(static f => Projects.Values(f, "PackageReference")).ToHashSet();
        foreach (var package in XDocument.Parse(Repository.Text("Directory.Packages.props")).Descendants("PackageVersion"))
        {
            Assert.Matches(@"^\d+(\.\d+)+(-[\w.]+)?$", (string?)package.Attribute("Version"));
            Assert.Contains((string)package.Attribute("Include")!, used);
        }
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_has_its_lock_file()
    {
        var listed = XDocument.Parse(Repository.Text("LiveLedger.slnx")).Descendants("Project").Select(static p => (string?)p.Attribute("Path")).ToHashSet();
        foreach (var project in Repository.WithExtension(".csproj"))
        {
            Assert.True(listed.Contains(project), $"{project} is not in the solution");
            Assert.Contains($"{Path.GetDirectoryName(project)!.Replace('\\', '/')}/packages.lock.json", Repository.Files);
        }
    }

    [Fact]
    public void No_file_names_a_place_on_the_machine_or_a_registry()
    {
        var found = from file in Repository.Files
                    where !s_binary.Contains(Path.GetExtension(file))
                    let text = Repository.Text(file)
                    from place in s_places
                    where text.Contains(place, StringComparison.Ordinal)
                    select $"{file}: {place}";
        Assert.Empty(found);
    }

    [Fact]
    public void No_package_manager_is_told_where_to_fetch_from()
    {
        foreach (var file in Repository.Files)
        {
            switch (Path.GetFileName(file).ToLowerInvariant())
            {
                case "nuget.config":
                    Assert.Fail($"{file}: package sources are the machine's business");
                    break;
                case ".npmrc":
                    Assert.DoesNotMatch(Registry(), Repository.Text(file));
                    break;
                case "package-lock.json":
                    using (var document = JsonDocument.Parse(Repository.Text(file)))
                    {
                        Assert.Empty(document.RootElement.GetProperty("packages").EnumerateObject()
                            .Where(static p => p.Value.TryGetProperty("resolved", out var from) && from.GetString()!.Contains("://", StringComparison.Ordinal))
                            .Select(static p => p.Name));
                    }

                    break;
            }
        }
    }

    [GeneratedRegex(@"registry\s*=")]
    private static partial Regex Registry();
}

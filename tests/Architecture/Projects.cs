using System.Xml.Linq;

namespace LiveLedger.Architecture;

/// <summary>What the project files say of one another.</summary>
internal static class Projects
{
    /// <summary>Projects under src by name, with the names of the projects each references.</summary>
    internal static IReadOnlyDictionary<string, string[]> Source { get; } = Repository.WithExtension(".csproj", "src/")
        .ToDictionary(static f => Name(f), static f => Values(f, "ProjectReference").Select(Name).ToArray());

    internal static IEnumerable<string> Values(string project, string item)
        => XDocument.Parse(Repository.Text(project)).Descendants(item).Select(static e => (string?)e.Attribute("Include")).OfType<string>();

    internal static string Name(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')).Replace("LiveLedger.", "", StringComparison.Ordinal);

    /// <summary>Everything a project reaches through its references.</summary>
    internal static ISet<string> Reach(string project)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(Source[project]);
        while (open.TryPop(out var next))
        {
            if (reached.Add(next) && Source.TryGetValue(next, out var further))
            {
                foreach (var name in further)
                {
                    open.Push(name);
                }
            }
        }

        return reached;
    }
}

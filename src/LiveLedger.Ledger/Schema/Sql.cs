using System.Reflection;

namespace LiveLedger.Ledger.Schema;

/// <summary>SQL embedded beside the code that runs it.</summary>
public static class Sql
{
    /// <summary>The text of an embedded file, by its path in the project.</summary>
    public static string Load(Assembly assembly, string path)
    {
        using var stream = assembly.GetManifestResourceStream(path)
            ?? throw new InvalidOperationException($"{path} is not embedded in {assembly.GetName().Name}");
        using var text = new StreamReader(stream);
        return text.ReadToEnd();
    }

    internal static string Load(string path) => Load(typeof(Sql).Assembly, path);
}

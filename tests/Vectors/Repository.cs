namespace LiveLedger.Vectors;

/// <summary>Finds the vector files where they are committed.</summary>
internal static class Repository
{
    /// <summary>The path of a file in tests/Vectors.</summary>
    public static string Vector(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LiveLedger.slnx")))
            {
                return Path.Combine(folder.FullName, "tests", "Vectors", name);
            }
        }

        throw new DirectoryNotFoundException("the tests run inside the repository");
    }
}

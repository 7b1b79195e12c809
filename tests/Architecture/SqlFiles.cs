namespace LiveLedger.Architecture;

/// <summary>SQL lives in files of its own, and each says what it does to others.</summary>
public sealed class SqlFiles
{
    [Fact]
    public void Every_statement_begins_by_naming_its_locks_and_what_a_crash_leaves()
    {
        var files = Repository.WithExtension(".sql", "src/").ToArray();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var header = string.Join(' ', File.ReadLines(Repository.Full(file)).TakeWhile(static l => l.StartsWith("--", StringComparison.Ordinal)));
            Assert.True(header.Contains("lock", StringComparison.OrdinalIgnoreCase), $"{file}: the header names no locks");
            Assert.True(header.Contains("crash", StringComparison.OrdinalIgnoreCase), $"{file}: the header does not say what a crash leaves");
        }
    }

    [Fact]
    public void No_statement_stands_in_code()
    {
        // Text that changes or reads tables belongs in a .sql file, where its header says what it locks.
        string[] verbs = ["insert into ", "delete from ", "for update", "update ledger.", "create table"];
        var found = from file in Repository.WithExtension(".cs", "src/")
                        // The table that remembers which files have run cannot be made by one of them.
                    where Path.GetFileName(file) != "SchemaUpgrade.cs"
                    from line in File.ReadLines(Repository.Full(file))
                    let code = line.TrimStart()
                    where !code.StartsWith("//", StringComparison.Ordinal)
                        && code.Contains('"') && verbs.Any(v => code.Contains(v, StringComparison.OrdinalIgnoreCase))
                    select $"{file}: {code}";
        Assert.Empty(found);
    }
}

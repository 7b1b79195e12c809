using System.Globalization;
using LiveLedger.Fuzz;

const long DefaultCount = 1_000_000;

var targets = FuzzTargets.All;
if (args is not [var name, .. var rest] || rest.Length > 2
    || !TryNumber(rest, 0, DefaultCount, out var count)
    || !TryNumber(rest, 1, 0, out var seed)
    || (name != "all" && targets.All(t => t.Name != name)))
{
    Console.Error.WriteLine($"usage: Fuzz TARGET [COUNT [SEED]]   TARGET: all, {string.Join(", ", targets.Select(static t => t.Name))}");
    return 2;
}

// Not short-circuited: one broken reader does not hide the next.
var passed = true;
foreach (var target in targets.Where(t => name == "all" || t.Name == name))
{
    var report = FuzzRun.Execute(target, count, seed);
    (report.Passed ? Console.Out : Console.Error).WriteLine(report);
    passed &= report.Passed;
}

return passed ? 0 : 1;

static bool TryNumber(string[] arguments, int index, long otherwise, out long value)
{
    value = otherwise;
    return index >= arguments.Length || long.TryParse(arguments[index], NumberStyles.None, CultureInfo.InvariantCulture, out value);
}

using System.Globalization;
using LiveLedger.Fuzz;
using LiveLedger.Fuzz.Targets;

// Every reader of bytes from outside has a target here.
FuzzTarget[] targets =
[
    CborTarget.Create(),
    CoseTarget.Create(),
    RecordTarget.Create(),
    CertificateTarget.Create(),
];

if (args is not [var name, var count, .. var rest] || rest.Length > 1
    || !long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var inputs)
    || !long.TryParse(rest.FirstOrDefault("0"), NumberStyles.None, CultureInfo.InvariantCulture, out var first)
    || (name != "all" && targets.All(t => t.Name != name)))
{
    Console.Error.WriteLine($"usage: Fuzz TARGET COUNT [FIRST]   TARGET: all, {string.Join(", ", targets.Select(static t => t.Name))}");
    return 2;
}

// Not short-circuited: one broken reader does not hide the next.
return targets.Where(t => name == "all" || t.Name == name).Count(t => !FuzzRun.Run(t, first, inputs)) == 0 ? 0 : 1;

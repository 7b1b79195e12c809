using System.Text;
using LiveLedger.Transparency.Policies;
using static LiveLedger.Vectors.Logs.LogWorld;

namespace LiveLedger.Vectors.Logs;

/// <summary>Policy files, and what they say of a checkpoint.</summary>
internal static class PolicyCases
{
    private static readonly string s_log = Log.VerifierKey.ToString();
    private static readonly string[] s_keys = [.. Witnesses.Select(static w => w.Key.ToString())];
    private static readonly string s_three = $"witness a {s_keys[0]}\nwitness b {s_keys[1]}\nwitness c {s_keys[2]}\n";

    /// <summary>Line −1: it is taken.</summary>
    internal sealed record FileCase(string File, int Line, string? Reason, int Logs, string[] Witnesses);

    internal sealed record VerdictCase(string Name, string Policy, string Key, string Note, string Expected, string[] Cosigned);

    internal static IEnumerable<FileCase> Files()
    {
        string[] files =
        [
            "quorum none", "\n# all is well\n \t # or not\n\tquorum \t none \t\n\n", $"log {s_log} https://log.example/\n{s_three}group g 2 a b c\nquorum g\n",
            $"{s_three}group ab all a b\ngroup abc any ab c\nquorum abc\n", $"witness all {s_keys[0]}\nwitness any {s_keys[1]}\ngroup group 2 all any\nquorum group\n",
            $"witness K {s_keys[0]}\nwitness \u212a {s_keys[1]}\nquorum \u212a\n",
            "", "quorum", "quorum a", "quorum none none", "quorum none\nquorum none\n", "quorum none\r\n", "log x\nquorum none", $"log {s_keys[0]}\nquorum none",
            $"log {s_log}\nlog {s_log}\nquorum none", $"witness a {s_log}\nquorum none", $"witness a {s_keys[0]}\nwitness b {s_keys[0]}\nquorum a",
            $"witness a {s_keys[0]}\nwitness a {s_keys[1]}\nquorum a", $"witness none {s_keys[0]}\nquorum none", $"{s_three}group g 4 a b c\nquorum g", $"{s_three}group g 0 a b c\nquorum g",
            $"{s_three}group g 02 a b c\nquorum g", $"{s_three}group g any a a\nquorum g", $"{s_three}group g any a\ngroup h any a\nquorum h", $"{s_three}group g any g\nquorum g",
            $"{s_three}group g 99999999999 a\nquorum g", $"{s_three}group g a\nquorum g", "wittness a b\nquorum none", $"witness a\u0001 {s_keys[0]}\nquorum none",
        ];
        foreach (var file in files)
        {
            var taken = TrustPolicy.TryParse(Utf8(file), out var policy, out var problem);
            yield return new(file, taken ? -1 : problem!.Line, problem?.Reason, policy?.Logs.Count ?? 0, [.. policy?.Witnesses.Select(static w => w.Name) ?? []]);
        }
    }

    internal static IEnumerable<VerdictCase> Verdicts()
    {
        var note = Text(300, 0, 2);
        var two = $"{s_three}group g 2 a b c\nquorum g\n";
        yield return Case("two of three", two, note);
        yield return Case("one of three", two, Text(300, 1));
        yield return Case("nobody, and nobody needed", "quorum none\n", Text(300));
        yield return Case("named by the policy", $"log {s_log}\n" + two, note);
        yield return Case("the policy names another log", $"log {OtherLog.VerifierKey}\n" + two, note);
        yield return Case("a cosignature altered", two, Altered(note));
        yield return Case("the log's own signature altered", two, note.Replace("\n300\n", "\n299\n", StringComparison.Ordinal));
        yield return Case("nested: the pair is not whole", $"{s_three}group ab all a b\ngroup abc any ab c\nquorum abc\n", Text(300, 0));
        yield return Case("nested: the other way", $"{s_three}group ab all a b\ngroup abc any ab c\nquorum abc\n", Text(300, 2));
    }

    private static VerdictCase Case(string name, string policy, string note)
    {
        Assert.True(TrustPolicy.TryParse(Utf8(policy), out var parsed, out _));
        var verdict = parsed.Check(Utf8(note), Log.VerifierKey);
        return new(name, policy, s_log, note, TreeCases.Name(verdict.Result), [.. verdict.Cosigned.Select(static c => c.Witness.Name)]);
    }

    // The last signature's last byte but one, so that it stays well-formed.
    private static string Altered(string note) => note[..^8] + (note[^8] == 'A' ? 'B' : 'A') + note[^7..];

    private static string Text(ulong size, params int[] witnesses) => Encoding.UTF8.GetString(Signed(size, [.. witnesses.Select(static w => Witnesses[w])]).ToBytes());
}

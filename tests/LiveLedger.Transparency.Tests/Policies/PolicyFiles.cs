using System.Text;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;

namespace LiveLedger.Transparency.Tests.Policies;

/// <summary>What is a policy file and what is none. In the cases, {L}, {A}, {B} … stand for keys.</summary>
public sealed class PolicyFiles
{
    private static readonly Dictionary<string, string> s_keys = Keys();

    [Fact]
    public void The_example_of_the_specification_is_read()
    {
        var policy = Read("""
            log {L}

            witness X1 {A}
            witness X2 {B}
            witness X3 {C}
            group X-witnesses 2 X1 X2 X3

            witness Y1 {D}
            witness Y2 {E}
            witness Y3 {F}
            group Y-witnesses any Y1 Y2 Y3

            group X-and-Y all X-witnesses Y-witnesses
            quorum X-and-Y

            """);
        Assert.Equal("ledger.example/main", Assert.Single(policy.Logs).Key.Name);
        Assert.Equal(["X1", "X2", "X3", "Y1", "Y2", "Y3"], policy.Witnesses.Select(w => w.Name));
        Assert.True(policy.RequiresWitnesses);
        Assert.True(Quorum(policy, "X1", "X3", "Y2"));
        Assert.False(Quorum(policy, "X1", "X2", "X3"));
        Assert.False(Quorum(policy, "X1", "Y1", "Y2", "Y3"));
    }

    [Theory]
    [InlineData("quorum none\n")]
    [InlineData("quorum none")]
    [InlineData("\n# all is well\n \t # or not\n\tquorum \t none \t\n\n")]
    [InlineData("log {L}\nlog {K} https://two.example/log\nwitness a {A} http://w.example\nquorum none\n")]
    public void A_policy_without_a_quorum_requires_no_witness(string file)
    {
        var policy = Read(file);
        Assert.False(policy.RequiresWitnesses);
        Assert.True(Quorum(policy));
    }

    [Theory]
    [InlineData("quorum none\n")]
    [InlineData("witness g0 {A} http://w.example\nwitness w {B}\n# a comment\ngroup both all g0 w\nwitness c {C}\ngroup any-of any both c\nquorum any-of\n")]
    [InlineData("log {K}\nwitness all {A}\nwitness any {B}\ngroup group 2 all any\nquorum any\n")]
    [InlineData("witness \u00e9 {A}\nquorum \u00e9\n")]
    public void A_policy_written_down_asks_for_the_same_and_is_written_so_again(string file)
    {
        Assert.True(VerifierKey.TryParse(s_keys["L"], out var log));
        var policy = Read(file);
        var text = policy.ToText(log);
        Assert.True(TrustPolicy.TryParse(Encoding.UTF8.GetBytes(text), out var again, out var problem), $"{problem}: {text}");
        Assert.Equal(text, again.ToText(log));
        Assert.Equal(log, Assert.Single(again.Logs).Key);
        Assert.DoesNotContain("http", text, StringComparison.Ordinal);

        var keys = policy.Witnesses.Select(static w => w.Key).ToArray();
        for (var set = 0; set < 1 << keys.Length; set++)
        {
            HashSet<CosignerKey> some = [.. keys.Where((_, i) => (set >> i & 1) == 1)];
            Assert.Equal(Reached(policy), Reached(again));

            bool Reached(TrustPolicy asked) => asked.IsQuorum(asked.Witnesses.Where(w => some.Contains(w.Key)).ToHashSet());
        }
    }

    [Fact]
    public void Words_of_the_format_are_names_too()
    {
        var policy = Read("witness all {A}\nwitness any {B}\ngroup group 2 all any\nquorum group\n");
        Assert.True(Quorum(policy, "all", "any"));
        Assert.False(Quorum(policy, "any"));
    }

    [Fact]
    public void A_name_is_octets_and_looks_deceive()
    {
        // K, and the Kelvin sign; and one that is no UTF-8 at all.
        byte[] file = [.. Bytes("witness K {A}\nwitness \u212a {B}\nwitness w"), 0x80, .. Bytes(" {C}\nquorum w"), 0x80, (byte)'\n'];
        Assert.True(TrustPolicy.TryParse(file, out var policy, out _));
        Assert.Equal(["K", "\u212a", "w\u0080"], policy.Witnesses.Select(w => w.Name));
        Assert.False(policy.IsQuorum(new HashSet<PolicyWitness>([policy.Witnesses[0], policy.Witnesses[1]])));
        Assert.True(policy.IsQuorum(new HashSet<PolicyWitness>([policy.Witnesses[2]])));
    }

    [Fact]
    public void A_url_is_kept_as_written()
    {
        var policy = Read("log {L} https://log.example/\nwitness a {A} https://w.example/prefix\nquorum a\n");
        Assert.Equal("https://log.example/", policy.Logs[0].Url);
        Assert.Equal("https://w.example/prefix", policy.Witnesses[0].Url);
    }

    [Fact]
    public void Two_hundred_and_fifty_six_of_each_fit_and_one_more_does_not()
    {
        var file = new StringBuilder();
        for (var i = 0; i < TrustPolicy.MaxEach; i++)
        {
            file.Append($"log {Log(i)}\nwitness w{i} {Witness(i)}\ngroup g{i} any w{i}{(i > 0 ? $" g{i - 1}" : "")}\n");
        }

        var policy = Read(file + "quorum g255\n");
        Assert.True(Quorum(policy, "w0"));
        Assert.Equal(769, Refusal(file + $"log {Log(256)}\nquorum g255\n", "more than 256 logs"));
        Assert.Equal(769, Refusal(file + $"witness w256 {Witness(256)}\nquorum g255\n", "more than 256 witnesses"));
        Assert.Equal(769, Refusal(file + "group g256 any g255\nquorum g256\n", "more than 256 groups"));
        Assert.Equal(0, Refusal("quorum none\n#" + new string('x', TrustPolicy.MaxLength), "at most"));
    }

    [Theory]
    [InlineData("", 0, "no quorum")]
    [InlineData("witness a {A}\n", 0, "no quorum")]
    [InlineData("quorum none\n\u0001", 2, "control")]
    [InlineData("quorum none\r\n", 1, "control")]
    [InlineData("quorum none\u007f\n", 1, "control")]
    [InlineData("quorum none\u000b\n", 1, "control")]
    [InlineData("quibble a\nquorum none\n", 1, "begins with")]
    [InlineData("Quorum none\n", 1, "begins with")]
    [InlineData("log\nquorum none\n", 1, "a log line is")]
    [InlineData("log {L} https://a.example x\nquorum none\n", 1, "a log line is")]
    [InlineData("log garbage\nquorum none\n", 1, "key of a log")]
    [InlineData("log {A}\nquorum none\n", 1, "key of a log")]
    [InlineData("log {L}\nlog {L} https://log.example\nquorum none\n", 2, "two logs with one key")]
    [InlineData("log {L}\nlog {L-renamed}\nquorum none\n", 2, "two logs with one key")]
    [InlineData("witness a\nquorum a\n", 1, "a witness line is")]
    [InlineData("witness a {A} https://w.example # the first\nquorum a\n", 1, "a witness line is")]
    [InlineData("witness a {L}\nquorum a\n", 1, "key of a witness")]
    [InlineData("witness a {A}\nwitness b {A-renamed}\nquorum a\n", 2, "two witnesses with one key")]
    [InlineData("witness a {A}\nwitness a {B}\nquorum a\n", 2, "defined twice")]
    [InlineData("witness none {A}\nquorum none\n", 1, "none is taken")]
    [InlineData("witness a {A}\ngroup a any a\nquorum a\n", 2, "defined twice")]
    [InlineData("witness a {A}\ngroup none any a\nquorum none\n", 2, "none is taken")]
    [InlineData("witness a {A}\ngroup g 1\nquorum g\n", 2, "a group line is")]
    [InlineData("witness a {A}\ngroup g 0 a\nquorum g\n", 2, "needs all, any")]
    [InlineData("witness a {A}\ngroup g 2 a\nquorum g\n", 2, "needs all, any")]
    [InlineData("witness a {A}\ngroup g -1 a\nquorum g\n", 2, "needs all, any")]
    [InlineData("witness a {A}\ngroup g 01 a\nquorum g\n", 2, "needs all, any")]
    [InlineData("witness a {A}\ngroup g 4294967297 a\nquorum g\n", 2, "needs all, any")]
    [InlineData("witness a {A}\ngroup g some a\nquorum g\n", 2, "needs all, any")]
    [InlineData("witness a {A}\ngroup g any b\nquorum g\n", 2, "line above")]
    [InlineData("group g any a\nwitness a {A}\nquorum g\n", 1, "line above")]
    [InlineData("witness a {A}\ngroup g any g\nquorum g\n", 2, "line above")]
    [InlineData("witness a {A}\ngroup g any none a\nquorum g\n", 2, "line above")]
    [InlineData("witness a {A}\ngroup g all a a\nquorum g\n", 2, "member of two groups")]
    [InlineData("witness a {A}\nwitness b {B}\ngroup g any a b\ngroup h any a\nquorum g\n", 4, "member of two groups")]
    [InlineData("witness a {A}\nquorum a\nquorum a\n", 3, "second quorum")]
    [InlineData("quorum none\nquorum none\n", 2, "second quorum")]
    [InlineData("quorum a\n", 1, "line above")]
    [InlineData("quorum a\nwitness a {A}\n", 1, "line above")]
    [InlineData("quorum\n", 1, "a quorum line is")]
    [InlineData("quorum none none\n", 1, "a quorum line is")]
    public void Anything_else_is_refused_with_its_line(string file, int line, string reason)
        => Assert.Equal(line, Refusal(file, reason));

    private static int Refusal(string file, string reason)
    {
        Assert.False(TrustPolicy.TryParse(Bytes(file), out var policy, out var problem));
        Assert.Null(policy);
        Assert.Contains(reason, problem.Reason, StringComparison.Ordinal);
        return problem.Line;
    }

    private static TrustPolicy Read(string file)
    {
        Assert.True(TrustPolicy.TryParse(Bytes(file), out var policy, out var problem), problem?.ToString());
        return policy;
    }

    private static bool Quorum(TrustPolicy policy, params string[] names) =>
        policy.IsQuorum(policy.Witnesses.Where(w => names.Contains(w.Name)).ToHashSet());

    private static byte[] Bytes(string file)
    {
        foreach (var (name, vkey) in s_keys)
        {
            file = file.Replace($"{{{name}}}", vkey, StringComparison.Ordinal);
        }

        return Encoding.UTF8.GetBytes(file);
    }

    private static Dictionary<string, string> Keys()
    {
        var keys = new Dictionary<string, string> { ["L"] = Log(1000), ["K"] = Log(1001) };
        using (var log = Seeded(1, 1000))
        using (var witness = Seeded(2, 1000))
        {
            keys["L-renamed"] = VerifierKey.Of("other.example", log.PublicKey).ToString();
            keys["A-renamed"] = CosignerKey.Of("other.example", witness.PublicKey).ToString();
        }

        for (var i = 0; i < 6; i++)
        {
            keys[((char)('A' + i)).ToString()] = Witness(1000 + i);
        }

        return keys;
    }

    private static string Log(int number)
    {
        using var key = Seeded(1, number);
        return VerifierKey.Of("ledger.example/main", key.PublicKey).ToString();
    }

    private static string Witness(int number)
    {
        using var key = Seeded(2, number);
        return CosignerKey.Of($"witness.example/{number}", key.PublicKey).ToString();
    }

    private static Ed25519PrivateKey Seeded(byte kind, int number)
        => Ed25519PrivateKey.FromSeed([kind, (byte)number, (byte)(number >> 8), .. new byte[29]]);
}

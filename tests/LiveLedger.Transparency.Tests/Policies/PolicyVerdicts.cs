using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;
using LiveLedger.Transparency.Tests.Tree;

namespace LiveLedger.Transparency.Tests.Policies;

public sealed class PolicyVerdicts : IDisposable
{
    private const string Origin = "ledger.example/main";
    private static readonly DateTimeOffset s_time = DateTimeOffset.FromUnixTimeSeconds(1_795_000_000);
    private readonly Ed25519PrivateKey _log = Ed25519PrivateKey.Generate();
    private readonly Ed25519PrivateKey[] _keys = [.. Enumerable.Range(0, 8).Select(_ => Ed25519PrivateKey.Generate())];

    private NoteSigner Log => new(Origin, _log);

    private static Checkpoint Seven => new(Origin, new(new(7), SampleTree.Root(7)));

    public void Dispose()
    {
        _log.Dispose();
        Array.ForEach(_keys, static k => k.Dispose());
    }

    [Fact]
    public void A_quorum_of_witnesses_makes_a_checkpoint_good_and_the_oldest_word_is_told()
    {
        var policy = Policy($"log {Log.VerifierKey}\n", "group g 2 w0 w1 w2\nquorum g\n");
        var verdict = policy.Check(Note(2, 0));
        Assert.Equal(PolicyResult.Satisfied, verdict.Result);
        Assert.Equal(Seven, verdict.Checkpoint);
        Assert.Equal([("w0", s_time), ("w2", s_time.AddSeconds(2))], verdict.Cosigned.Select(c => (c.Witness.Name, c.Time)));
        Assert.Equal(s_time, verdict.Oldest);
    }

    [Fact]
    public void Too_few_witnesses_are_named_and_are_not_enough()
    {
        var verdict = Policy($"log {Log.VerifierKey}\n", "group g 2 w0 w1 w2\nquorum g\n").Check(Note(1, 5));
        Assert.Equal(PolicyResult.QuorumNotReached, verdict.Result);
        Assert.Equal(["w1", "w5"], verdict.Cosigned.Select(c => c.Witness.Name));
    }

    [Fact]
    public void Witnesses_alone_make_no_checkpoint_good()
    {
        var policy = Policy($"log {Log.VerifierKey}\n", "quorum w0\n");
        var foreign = SignedNote.Sign(Seven.ToText(), new NoteSigner("other.example", _keys[7])).With([Cosigner(0).Cosign(Seven, s_time)]);
        var verdict = policy.Check(foreign.ToBytes());
        Assert.Equal((PolicyResult.CheckpointRefused, CheckpointResult.NotSigned), (verdict.Result, verdict.Opened));
        Assert.Null(verdict.Checkpoint);
        Assert.Equal(CheckpointResult.NoteMalformed, policy.Check("nothing\n"u8).Opened);
    }

    [Fact]
    public void A_wrong_line_by_a_known_witness_spoils_the_note_though_the_quorum_is_there()
    {
        var other = new Checkpoint(Origin, new(new(6), SampleTree.Root(6)));
        var note = Seven.Sign(Log).With([Cosigner(0).Cosign(Seven, s_time), Cosigner(1).Cosign(other, s_time)]).ToBytes();
        var verdict = Policy($"log {Log.VerifierKey}\n", "quorum w0\n").Check(note);
        Assert.Equal((PolicyResult.BadCosignature, "w1"), (verdict.Result, verdict.Culprit!.Name));
        Assert.Null(verdict.Checkpoint);
    }

    [Fact]
    public void A_policy_that_lists_logs_takes_no_other_and_one_that_lists_none_takes_the_one_asked_for()
    {
        var other = VerifierKey.Of("other.example", _keys[7].PublicKey);
        var listed = Policy($"log {other}\nlog {Log.VerifierKey}\n", "quorum none\n");
        Assert.Equal(PolicyResult.Satisfied, listed.Check(Note()).Result);
        Assert.Equal(PolicyResult.Satisfied, listed.Check(Note(), Log.VerifierKey).Result);
        Assert.Equal(PolicyResult.CheckpointRefused, listed.Check(Note(), other).Result);
        Assert.Equal(PolicyResult.LogNotListed, Policy($"log {other}\n", "quorum none\n").Check(Note(), Log.VerifierKey).Result);

        var open = Policy("", "quorum none\n");
        Assert.Equal(PolicyResult.Satisfied, open.Check(Note(), Log.VerifierKey).Result);
        Assert.Equal(PolicyResult.LogNotListed, open.Check(Note()).Result);
        Assert.Null(open.Check(Note(), Log.VerifierKey).Oldest);
    }

    [Fact]
    public void Any_policy_and_any_set_of_cosigners_agree_with_the_definition_read_aloud()
    {
        // A policy as a tree: how it is written, and what it means, apart from each other.
        var gen = from seed in Gen.Choose(0, int.MaxValue)
                  from cosigners in Gen.Choose(0, 255)
                  select (seed, cosigners);
        Prop.ForAll(gen.ToArbitrary(), ((int Seed, int Cosigners) c) =>
        {
            var random = new Random(c.Seed);
            var free = new List<(string Name, Func<int, bool> Means)>();
            for (var i = 0; i < 8; i++)
            {
                var number = i;
                free.Add(($"w{i}", set => (set & (1 << number)) != 0));
            }

            var lines = new StringBuilder();
            for (var g = 0; free.Count > 1 && g < 6; g++)
            {
                var members = free.OrderBy(_ => random.Next()).Take(random.Next(1, free.Count + 1)).ToArray();
                free.RemoveAll(members.Contains);
                var k = random.Next(1, members.Length + 1);
                var written = k == members.Length && random.Next(2) == 0 ? "all" : k == 1 && random.Next(2) == 0 ? "any" : $"{k}";
                lines.Append($"group g{g} {written} {string.Join(' ', members.Select(m => m.Name))}\n");
                free.Add(($"g{g}", set => members.Count(m => m.Means(set)) >= k));
            }

            var quorum = free[random.Next(free.Count)];
            var policy = Policy("", $"{lines}quorum {quorum.Name}\n");
            var cosigned = policy.Witnesses.Where((_, i) => (c.Cosigners & (1 << i)) != 0).ToHashSet();
            Assert.Equal(quorum.Means(c.Cosigners), policy.IsQuorum(cosigned));

            // More cosigners never undo a quorum.
            Assert.True(!policy.IsQuorum(cosigned) || policy.IsQuorum(policy.Witnesses.ToHashSet()));
        }).QuickCheckThrowOnFailure();
    }

    private Cosigner Cosigner(int number) => new($"witness.example/{number}", _keys[number]);

    private byte[] Note(params int[] witnesses) =>
        Seven.Sign(Log).With(witnesses.Select(w => Cosigner(w).Cosign(Seven, s_time.AddSeconds(w)))).ToBytes();

    private TrustPolicy Policy(string logs, string rule)
    {
        var witnesses = string.Concat(Enumerable.Range(0, 8).Select(i => $"witness w{i} {Cosigner(i).Key}\n"));
        Assert.True(TrustPolicy.TryParse(Encoding.UTF8.GetBytes(logs + witnesses + rule), out var policy, out var problem), problem?.ToString());
        return policy;
    }
}

using System.Diagnostics;
using System.Text;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Witnesses;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;
using LiveLedger.Transparency.Tiles;

namespace LiveLedger.Ledger.Tests;

/// <summary>The log and its witnesses, good ones, slow ones and false ones.</summary>
public sealed class WitnessTests : IAsyncLifetime
{
    private readonly List<TestWitness> _witnesses = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var witness in _witnesses)
        {
            await witness.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_served_checkpoint_carries_the_cosignatures_of_all_who_answer()
    {
        var options = await OptionsAsync("quorum none", await WitnessAsync(), await WitnessAsync());
        await using var ledger = await TestLedger.StartAsync(options);
        await AppendAsync(ledger, 5);

        await ledger.UntilAsync(() => Cosigned(ledger) == (5, 2), "both have cosigned");
        await AppendAsync(ledger, 300);
        await ledger.UntilAsync(() => Cosigned(ledger) == (305, 2), "both have cosigned what came after, by a proof from there");

        await LogAudit.CheckAsync(ledger.Log);
        Assert.Empty(ledger.WitnessLines);
    }

    [Fact]
    public async Task A_witness_that_never_answers_delays_no_checkpoint()
    {
        var good = await WitnessAsync();
        var silent = await WitnessAsync();
        silent.Answer = TestWitness.Silence;
        await using var ledger = await TestLedger.StartAsync(await OptionsAsync("quorum none", good, silent));
        for (var size = 1; size <= 4; size++)
        {
            var waiting = Stopwatch.StartNew();
            await AppendAsync(ledger, 1);
            await ledger.UntilPublishedAsync(size);
            Assert.InRange(waiting.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
        }

        await ledger.UntilAsync(() => Cosigned(ledger) == (4, 1), "the other has cosigned");
        await LogAudit.CheckAsync(ledger.Log);
    }

    [Fact]
    public async Task With_a_quorum_nothing_is_published_that_did_not_reach_it_and_the_log_goes_on_behind_it()
    {
        var (one, two) = (await WitnessAsync(), await WitnessAsync());
        two.Answer = TestWitness.Refusal;
        await using var ledger = await TestLedger.StartAsync(await OptionsAsync("group g all w0 w1\nquorum g", one, two));
        await AppendAsync(ledger, 3);
        await ledger.UntilAsync(() => one.Size >= 3 && two.Asked > 0, "they were asked");
        Assert.Null(ledger.Log.Checkpoint());
        Assert.Null(await ledger.Log.TileAsync(TilePath.Entries(0, 3)));

        two.Answer = TestWitness.Honest;
        await ledger.UntilAsync(() => Cosigned(ledger) == (3, 2), "the quorum is reached");

        one.Answer = TestWitness.Refusal;
        var appended = await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [TestEvents.New(9)]);
        Assert.NotNull(appended);
        await ledger.UntilAsync(() => two.Size >= 4, "the next is signed, and cosigned by one");
        Assert.Equal((3, 2), Cosigned(ledger));
        Assert.Null(await ledger.Log.TileAsync(TilePath.Entries(0, 4)));
        await LogAudit.CheckAsync(ledger.Log);

        one.Answer = TestWitness.Honest;
        await ledger.UntilAsync(() => Cosigned(ledger) == (4, 2), "the quorum is reached again");
        await LogAudit.CheckAsync(ledger.Log);
    }

    [Fact]
    public async Task After_a_restart_the_cosigned_checkpoint_is_still_served_with_no_witness_at_hand()
    {
        var witness = await WitnessAsync();
        var options = await OptionsAsync("quorum w0", witness);
        byte[] served;
        await using (var first = await TestLedger.StartAsync(options))
        {
            await AppendAsync(first, 3);
            await first.UntilAsync(() => Cosigned(first) == (3, 1), "it is cosigned");
            served = first.Log.Checkpoint()!;
        }

        witness.Answer = TestWitness.Refusal;
        await using var second = await TestLedger.StartAsync(options);
        Assert.Equal(served, second.Log.Checkpoint());
        await LogAudit.CheckAsync(second.Log);
    }

    [Fact]
    public async Task A_witness_that_was_elsewhere_is_asked_again_from_where_it_is()
    {
        var witness = await WitnessAsync();
        await using var ledger = await TestLedger.StartAsync(await OptionsAsync("quorum none", witness));
        await AppendAsync(ledger, 5);
        await ledger.UntilAsync(() => Cosigned(ledger) == (5, 1), "it is cosigned");

        witness.Size = 2;
        await AppendAsync(ledger, 4);
        await ledger.UntilAsync(() => Cosigned(ledger) == (9, 1), "it is cosigned from 2 on");
    }

    [Theory]
    [InlineData(nameof(TestWitness.AnotherKey))]
    [InlineData(nameof(TestWitness.AnotherText))]
    [InlineData(nameof(TestWitness.Garbage))]
    [InlineData(nameof(TestWitness.Flood))]
    [InlineData(nameof(TestWitness.Elsewhere))]
    [InlineData(nameof(TestWitness.Refusal))]
    public async Task What_does_not_verify_is_not_kept_and_the_witness_is_asked_again_later(string answer)
    {
        var (good, bad) = (await WitnessAsync(), await WitnessAsync());
        bad.Answer = answer switch
        {
            nameof(TestWitness.AnotherKey) => TestWitness.AnotherKey,
            nameof(TestWitness.AnotherText) => TestWitness.AnotherText,
            nameof(TestWitness.Garbage) => TestWitness.Garbage,
            nameof(TestWitness.Flood) => TestWitness.Flood,
            nameof(TestWitness.Elsewhere) => TestWitness.Elsewhere,
            _ => TestWitness.Refusal,
        };
        await using var ledger = await TestLedger.StartAsync(await OptionsAsync("quorum none", good, bad));
        await AppendAsync(ledger, 3);
        await ledger.UntilAsync(() => Cosigned(ledger) == (3, 1) && bad.Asked > 1, "the good one has cosigned, the other was asked more than once");
        Assert.Single(ledger.WitnessLines, l => l.Contains("w1 does not cosign", StringComparison.Ordinal));

        bad.Answer = TestWitness.Honest;
        await ledger.UntilAsync(() => Cosigned(ledger) == (3, 2), "it has come to its senses");
        await LogAudit.CheckAsync(ledger.Log);
    }

    [Fact]
    public async Task A_file_of_cosignatures_that_somebody_damaged_is_passed_over_and_made_again()
    {
        var options = await OptionsAsync("quorum w0", await WitnessAsync());
        await using var ledger = await TestLedger.StartAsync(options);
        await AppendAsync(ledger, 3);
        await ledger.UntilAsync(() => Cosigned(ledger) == (3, 1), "it is cosigned");
        await File.WriteAllTextAsync(options.CheckpointFile + ".cosigned", "damaged\n");
        Assert.Null(ledger.Log.Checkpoint());

        await AppendAsync(ledger, 1);
        await ledger.UntilAsync(() => Cosigned(ledger) == (4, 1), "it is cosigned again");
    }

    [Fact]
    public async Task A_policy_for_another_log_or_without_addresses_is_told_from_ours()
    {
        var ours = VerifierKey.Of("test.example/log", (await TestLedger.NewOptionsAsync()).LogKey.PublicKey);
        const string Remora = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
        const string Other = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
        Assert.True(WitnessAddresses.IsFor(Policy("quorum none"), ours));
        Assert.True(WitnessAddresses.IsFor(Policy($"log {Other}\nlog {ours}\nquorum none"), ours));
        Assert.False(WitnessAddresses.IsFor(Policy($"log {Other}\nquorum none"), ours));
        Assert.Null(WitnessAddresses.Missing(Policy($"witness w {Remora} https://w.example/prefix\nquorum w")));
        foreach (var url in (string[])["", "w.example", "ftp://w.example", "http://w.example/?q", "http://me@w.example"])
        {
            Assert.Equal("w", WitnessAddresses.Missing(Policy($"witness w {Remora} {url}\nquorum w"))?.Name);
        }
    }

    private async Task<TestWitness> WitnessAsync()
    {
        var witness = await TestWitness.StartAsync(_witnesses.Count);
        _witnesses.Add(witness);
        return witness;
    }

    private static async Task<LedgerOptions> OptionsAsync(string quorum, params TestWitness[] witnesses)
    {
        return await TestLedger.NewOptionsAsync() with { Witnesses = Policy(string.Concat(witnesses.Select((w, i) => $"witness w{i} {w.Key} {w.Address}\n")) + quorum) };
    }

    private static TrustPolicy Policy(string file)
    {
        Assert.True(TrustPolicy.TryParse(Encoding.UTF8.GetBytes(file + "\n"), out var policy, out var problem), problem?.ToString());
        return policy;
    }

    private static Task AppendAsync(TestLedger ledger, int count) =>
        ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [.. Enumerable.Range(0, count).Select(TestEvents.New)]);

    // Size of the served checkpoint, and how many cosigned it.
    private (int Size, int Witnesses) Cosigned(TestLedger ledger)
    {
        if (ledger.Log.Checkpoint() is not { } bytes || !SignedNote.TryParse(bytes, out var note))
        {
            return (0, 0);
        }

        Assert.Equal(CheckpointResult.Valid, Checkpoint.Open(bytes, ledger.Log.VerifierKey, out var checkpoint));
        var results = _witnesses.Select(w => Cosignature.Verify(note, w.Key, out _)).ToArray();
        Assert.DoesNotContain(NoteResult.BadSignature, results);
        return ((int)checkpoint!.Head.Size.Value, results.Count(r => r == NoteResult.Valid));
    }
}

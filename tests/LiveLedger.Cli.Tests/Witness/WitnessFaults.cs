using System.Collections.Concurrent;
using System.Globalization;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Cli.Witness;

/// <summary>A witness that is cut off between any two steps, and one that is asked by many at once.</summary>
public sealed class WitnessFaults : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("liveledger-witness-").FullName;
    private readonly Ed25519PrivateKey _key = Ed25519PrivateKey.Generate();
    private readonly GrowingLog _log = new();

    [Theory]
    [InlineData(nameof(WitnessStep.Written), 5)]
    [InlineData(nameof(WitnessStep.Renamed), 9)]
    [InlineData(nameof(WitnessStep.Synced), 9)]
    public void Cut_off_at_a_step_it_said_nothing_and_remembers_the_old_tree_or_the_new_one(string step, int remembers)
    {
        Assert.Equal(200, New().Add(_log.Request(0, 5).ToBytes()).Status);
        var failing = New(s => Fail(s, step));

        Assert.Throws<IOException>(() => failing.Add(_log.Request(5, 9).ToBytes()));

        // The process that failed and the next one say the same, and both go on from there.
        Assert.Equal($"{remembers}\n", failing.Add(_log.Request(1, 9).ToBytes()).Body);
        var next = New();
        Assert.Equal($"{remembers}\n", next.Add(_log.Request(1, 9).ToBytes()).Body);
        Assert.Equal(200, next.Add(_log.Request(remembers, 9).ToBytes()).Status);
        Assert.Equal(200, next.Add(_log.Request(9, 12).ToBytes()).Status);
    }

    [Theory]
    [InlineData(nameof(WitnessStep.Written))]
    [InlineData(nameof(WitnessStep.Renamed))]
    [InlineData(nameof(WitnessStep.Synced))]
    public void Cut_off_at_the_first_checkpoint_it_takes_no_fork_of_what_it_kept(string step)
    {
        Assert.Throws<IOException>(() => New(s => Fail(s, step)).Add(_log.Request(0, 5).ToBytes()));
        var next = New();
        var kept = next.Add(_log.Request(1, 5).ToBytes()).Body == "5\n";
        Assert.Equal(step != nameof(WitnessStep.Written), kept);
        Assert.Equal(kept ? 422 : 200, next.Add((_log.Request(kept ? 5 : 0, 5) with { Note = _log.Forked(5) }).ToBytes()).Status);
    }

    [Fact]
    public async Task Of_two_requests_at_once_from_one_size_one_is_cosigned()
    {
        // The first holds still in mid-write until the second has come in.
        var writing = new ManualResetEventSlim();
        var proceed = new ManualResetEventSlim();
        var witness = New(s =>
        {
            if (s == WitnessStep.Written && !writing.IsSet)
            {
                writing.Set();
                Assert.True(proceed.Wait(TimeSpan.FromSeconds(20)));
            }
        });
        var shorter = Task.Run(() => witness.Add(_log.Request(0, 5).ToBytes()));
        Assert.True(writing.Wait(TimeSpan.FromSeconds(20)));
        var longer = Task.Run(() => witness.Add(_log.Request(0, 9).ToBytes()));
        await Task.Delay(100);
        Assert.False(longer.IsCompleted);
        proceed.Set();

        Assert.Equal(200, (await shorter).Status);
        Assert.Equal((409, "5\n"), ((await longer).Status, (await longer).Body));
    }

    [Fact]
    public async Task Many_at_once_make_one_chain_of_growing_trees()
    {
        var witness = New();
        var cosigned = new ConcurrentBag<(int Old, int Size)>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            var old = 0;
            while (old < 120)
            {
                var size = old + random.Next(0, 4);
                var answer = witness.Add(_log.Request(old, size).ToBytes());
                if (answer.Status == 200)
                {
                    cosigned.Add((old, size));
                    old = size;
                }
                else
                {
                    Assert.Equal(409, answer.Status);
                    var ours = int.Parse(answer.Body, CultureInfo.InvariantCulture);
                    Assert.True(ours > old, $"the witness went back from {old} to {ours}");
                    old = ours;
                }
            }
        })));

        // Each step up was granted once: sorted, they join end to end.
        var at = 0;
        foreach (var (old, size) in cosigned.Where(c => c.Size > c.Old).Order())
        {
            Assert.Equal(at, old);
            at = size;
        }

        Assert.Equal($"{at}\n", New().Add(_log.Request(1, 1).ToBytes()).Body);
    }

    public void Dispose()
    {
        _key.Dispose();
        _log.Dispose();
        Directory.Delete(_state, recursive: true);
    }

    private static void Fail(WitnessStep at, string step)
    {
        if (at.ToString() == step)
        {
            throw new IOException($"power cut at {step}");
        }
    }

    private CheckpointWitness New(Action<WitnessStep>? reached = null) => new(new("w.example", _key), [_log.Key], _state, TimeProvider.System, reached);
}

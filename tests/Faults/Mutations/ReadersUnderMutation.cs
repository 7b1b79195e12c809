using LiveLedger.Fuzz;

namespace LiveLedger.Faults.Mutations;

/// <summary>The short form of <c>Fuzz all 1000000</c>: the same inputs every time.</summary>
public sealed class ReadersUnderMutation
{
    private const long Inputs = 20_000;

    public static TheoryData<string> Names => [.. FuzzTargets.All.Select(static t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_reader_survives_mutated_inputs(string name)
    {
        var report = FuzzRun.Execute(FuzzTargets.All.Single(t => t.Name == name), Inputs, seed: 1_000_000);
        Assert.True(report.Passed, report.ToString());
        Assert.Equal(Inputs, report.Inputs);
    }

    [Fact]
    public void A_crash_is_reported_with_the_number_that_makes_it_again()
    {
        var target = Target(static input =>
        {
            if (input.Length > 40)
            {
                throw new InvalidOperationException("too long for me");
            }
        });

        var failure = FuzzRun.Execute(target, 100_000, seed: 5).Failure;
        Assert.NotNull(failure);
        Assert.Contains("too long for me", failure.What, StringComparison.Ordinal);
        Assert.Equal(failure.Input, FuzzRun.Execute(target, 1, failure.Number).Failure?.Input);
    }

    [Fact]
    public void A_reader_that_takes_too_much_memory_is_reported()
        => Assert.Contains("allocates", FuzzRun.Execute(Target(static _ => GC.KeepAlive(new byte[1 << 20])), 10, 0).Failure?.What, StringComparison.Ordinal);

    [Fact]
    public void A_reader_that_takes_too_long_twice_is_reported_and_once_is_not()
    {
        var first = true;
        Assert.Null(FuzzRun.Execute(Target(_ => Pause(ref first)), 10, 0).Failure);
        Assert.Contains("takes more than", FuzzRun.Execute(Target(static _ => Thread.Sleep(1100)), 1, 0).Failure?.What, StringComparison.Ordinal);

        static void Pause(ref bool first)
        {
            if (first)
            {
                Thread.Sleep(1100);
            }

            first = false;
        }
    }

    private static FuzzTarget Target(FuzzRead read)
    {
        // The seed itself must read: the loop tries it before it mutates.
        var mutating = false;
        return new("test", [new byte[32]], input =>
        {
            if (mutating || input.ContainsAnyExcept((byte)0) || input.Length != 32)
            {
                mutating = true;
                read(input);
            }
        });
    }
}

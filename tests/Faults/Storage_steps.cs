using LiveLedger.Faults.Nodes;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;

namespace LiveLedger.Faults;

/// <summary>
/// Every durable step fails before and after it took effect, under load and across boundaries of 256: by kill -9 of the process in that very moment, and
/// by an exception twice in a row. The table is the enumeration itself: a new step is tested by being there.
/// </summary>
public abstract class Storage_steps
{
    public static TheoryData<string> All => [.. Enum.GetNames<LedgerStep>()];

    // Early, and not the very first where there are more: then the log has something to lose.
    private static int FirstFailure(string step) => Enum.Parse<LedgerStep>(step) switch
    {
        LedgerStep.MarkingSigned or LedgerStep.MarkedSigned or LedgerStep.JournalBegun => 1,
        LedgerStep.Appending or LedgerStep.Appended => 15,
        _ => 2,
    };

    // A leader begins a file when it begins, and its next one 65,536 events later: for the log to have something to lose, another led before it.
    private static bool IsALeadersFirst(string step) => step == nameof(LedgerStep.JournalBegun);

    private protected static async Task FailAsync(string step, bool dead)
    {
        await using var witness = await TestWitness.StartAsync(0);
        var log = await SharedLog.NewAsync(witness);
        var memory = new OutsideMemory(log.Key);
        var times = dead ? 1 : 2;
        var failing = log.Settings() with { FailAt = step, FailFirst = FirstFailure(step), FailTimes = times, FailDead = dead };
        await using var node = new NodeProcess(IsALeadersFirst(step) ? failing with { FailAt = null } : failing);
        node.Launch();
        await using var load = new AppendLoad([node], memory, clients: 4, batch: 60);
        if (IsALeadersFirst(step))
        {
            await load.ProgressAsync(600, TimeSpan.FromSeconds(30));
            await node.KillAsync();
            node.Settings = failing;
            node.Launch();
        }

        if (dead)
        {
            await node.WaitForEndAsync();
        }
        else
        {
            await Until.TrueAsync(async () => await node.TryStateAsync() is { } state && state.Arrivals >= FirstFailure(step), "the step fails");
            await load.ProgressAsync(600, TimeSpan.FromSeconds(30));
            await node.KillAsync();
        }

        node.Settings = node.Settings with { FailAt = null };
        await node.StartAsync();
        await load.ProgressAsync(600, TimeSpan.FromSeconds(30));
        await load.FinishAsync();
        Assert.Equal(memory.Acknowledged, (await memory.HoldAgainstAsync(node)).Entries.Count);
        Assert.Null((await node.TryStateAsync())!.Halted);
        await Until.TrueAsync(() => Task.FromResult(witness.Size == (ulong)memory.Acknowledged), "the witness has seen it all");
    }
}

/// <inheritdoc/>
public sealed class Storage_steps_that_kill : Storage_steps
{
    [Theory]
    [MemberData(nameof(All))]
    public Task A_process_killed_at_any_step_loses_doubles_and_forks_nothing(string step) => FailAsync(step, dead: true);
}

/// <inheritdoc/>
public sealed class Storage_steps_that_throw : Storage_steps
{
    [Theory]
    [MemberData(nameof(All))]
    public Task A_step_that_fails_is_taken_again_and_loses_doubles_and_forks_nothing(string step) => FailAsync(step, dead: false);
}

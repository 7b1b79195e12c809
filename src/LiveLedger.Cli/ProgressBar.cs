using Spectre.Console;

namespace LiveLedger.Cli;

/// <summary>A bar for long work: on standard error, and only where a person looks at it.</summary>
internal static class ProgressBar
{
    /// <summary>Runs the work; it is given a way to say how much of how much is done.</summary>
    internal static async Task<T> ShowAsync<T>(string what, bool wanted, Func<Action<ulong, ulong>, Task<T>> work)
    {
        if (!wanted || Console.IsErrorRedirected)
        {
            return await work(static (_, _) => { });
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(bars =>
            {
                var bar = bars.AddTask(Markup.Escape(what));
                return work((done, all) => bar.MaxValue(Math.Max(all, 1)).Value(done));
            });
    }

    /// <summary>The same for work whose length nobody knows: it is given a way to say how many bytes are done.</summary>
    internal static async Task ShowBytesAsync(string what, bool wanted, Func<Action<long>, Task> work)
    {
        if (!wanted || Console.IsErrorRedirected)
        {
            await work(static _ => { });
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await console.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new SpinnerColumn(), new ElapsedTimeColumn())
            .StartAsync(bars =>
            {
                var bar = bars.AddTask(Markup.Escape(what)).IsIndeterminate();
                return work(bytes => bar.Description = Markup.Escape($"{what}: {bytes / 1_000_000.0:0.0} MB"));
            });
    }
}

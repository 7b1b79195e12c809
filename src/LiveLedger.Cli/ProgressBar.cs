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
}

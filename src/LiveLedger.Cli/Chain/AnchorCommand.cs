using System.CommandLine;
using LiveLedger.Cli.Rest;

namespace LiveLedger.Cli.Chain;

/// <summary>`chain anchor`: has a server anchor its log as it is now, and waits until it is.</summary>
internal static class AnchorCommand
{
    private const string Purpose = "checkpoint-anchor";
    private const string LogEmpty = "log-empty";
    private const ulong Steps = 3;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    internal static Command Build()
    {
        var wait = new Option<int>("--wait") { Description = "most seconds to wait for it; 0 to order and go", DefaultValueFactory = static _ => 1800 };
        var command = new Command("anchor", "Has a server anchor its log as it is now, and waits until the block is deep enough; needs an operator's token.") { wait };
        var server = new ServerOptions().AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var patience = TimeSpan.FromSeconds(ChainCommand.Bounded(parsed.GetValue(wait), 0, 7 * 86_400, "--wait"));
            var json = parsed.GetValue(server.Json);
            using var api = server.Open(parsed);
            var size = await OrderFirstAsync(api, patience, cancellation);
            if (patience == TimeSpan.Zero)
            {
                Output.Line(json ? Output.Json(new { size, anchored = (ulong?)null }) : $"OK   the order to anchor size {size} or more is taken");
                return ExitCode.Good;
            }

            var view = await ProgressBar.ShowAsync($"anchoring size {size}", !json, progress => WaitAsync(api, size, patience, progress, cancellation));
            Output.Line(json
                ? Output.Json(new { size, anchored = view.Anchored, chainId = view.ChainId, contract = view.Contracts.Anchor })
                : $"OK   size {view.Anchored} is anchored on chain {view.ChainId}, says the server\n     `./liveledger chain verify --server {api.Server} --node URL` checks it");
            return ExitCode.Good;
        });
        return command;
    }

    // A server that has just begun has published an empty log, of which there is nothing to anchor; it has entries within a moment.
    private static async Task<ulong> OrderFirstAsync(ServerApi api, TimeSpan patience, CancellationToken cancellation)
    {
        for (var begun = TimeProvider.System.GetTimestamp(); ; await Task.Delay(s_look, cancellation))
        {
            try
            {
                return await OrderAsync(api, cancellation);
            }
            catch (ServerRefusal refusal) when (refusal.Problem == LogEmpty && TimeProvider.System.GetElapsedTime(begun) < patience)
            {
                // Ordered again after a while.
            }
        }
    }

    private static async Task<ulong> OrderAsync(ServerApi api, CancellationToken cancellation)
    {
        try
        {
            return (await api.PostAsync<AnchorOrdered>("/v1/chain/anchors", null, cancellation)).Size;
        }
        catch (ServerRefusal refusal) when (refusal.Status == 404)
        {
            throw new CommandFailure($"the server at {api.Server} has no chain; `serve --chain FILE` gives it one");
        }
    }

    private static async Task<ChainView> WaitAsync(ServerApi api, ulong size, TimeSpan patience, Action<ulong, ulong> progress, CancellationToken cancellation)
    {
        var begun = TimeProvider.System.GetTimestamp();
        var view = await api.GetAsync<ChainView>("/v1/chain", cancellation);
        for (var seen = view.Anchored; (view.Anchored ?? 0) < size; view = await api.GetAsync<ChainView>("/v1/chain", cancellation))
        {
            if (TimeProvider.System.GetElapsedTime(begun) > patience)
            {
                throw new CommandFailure($"not anchored within {patience.TotalSeconds:0} s"
                    + (view.Problem is { } problem ? $": {Output.Word(problem.Detail)} ({Output.Word(problem.Code)})" : "") + "; the order stands");
            }

            if (view.Anchored != seen)
            {
                // An order for an older checkpoint was under way, and while it waited ours was none.
                seen = view.Anchored;
                await OrderAsync(api, cancellation);
            }

            var account = await api.GetAsync<AccountView>("/v1/chain/account", cancellation);
            progress(account.Sent.Any(static o => o.Purpose == Purpose) ? 2UL : account.Waiting.Any(static o => o.Purpose == Purpose) ? 1UL : 0, Steps);
            await Task.Delay(s_look, cancellation);
        }

        return view;
    }
}

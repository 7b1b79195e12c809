using System.CommandLine;
using System.Text;
using LiveLedger.Chain;
using LiveLedger.Chain.Contracts;
using LiveLedger.ChainNodes;
using LiveLedger.Cli.Audit;
using LiveLedger.Cli.Rest;
using LiveLedger.Cryptography;

namespace LiveLedger.Cli.Chain;

/// <summary>`chain status`: how a server stands with its chain, by its own word; or with --file what the chain's nodes say.</summary>
internal static class StatusCommand
{
    private const string Variable = "LIVELEDGER_SERVER";
    // In the smallest unit.
    private const ulong Coin = 1_000_000_000_000_000_000;

    private const string Usual = "http://127.0.0.1:8080";

    internal static Command Build()
    {
        var server = ChainCommand.Server($"the server's address ({Variable}, else {Usual})");
        var file = new Option<string?>("--file") { Description = "a chain's settings file: asks the nodes in it, and no server" };
        var origin = new Option<string?>("--origin") { Description = "with --file, the log's name, e.g. ledger.example/main: shows what was anchored of it last" };
        var json = ChainCommand.Json();
        var command = new Command("status", "How the chain is followed; or with --file whether nodes, contracts and account are all right.") { server, file, origin, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(file) is null ? result.GetValue(origin) is not null : result.GetResult(server) is not null)
            {
                result.AddError("--origin goes with --file, and --server does not");
            }
        });
        command.SetAction(async (parsed, cancellation) => parsed.GetValue(file) is { } path
            ? await ChainCommand.AnswerAsync(parsed.GetValue(json), () => AskNodesAsync(ChainFile.Read(path), parsed.GetValue(origin), cancellation))
            : await AskServerAsync(parsed.GetValue(server) ?? ServerOfEnvironment(), parsed.GetValue(json), cancellation));
        return command;
    }

    private static Uri ServerOfEnvironment() => Uri.TryCreate(Environment.GetEnvironmentVariable(Variable) ?? Usual, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address
        : throw new CommandFailure($"{Variable} is not an http address", ExitCode.Usage);

    private static async Task<int> AskServerAsync(Uri server, bool json, CancellationToken cancellation)
    {
        using var api = new ServerApi(server, null);
        string body;
        try
        {
            body = await api.GetAsync("/v1/chain", cancellation);
        }
        catch (ServerRefusal refusal) when (refusal.Status == 404)
        {
            throw new CommandFailure($"the server at {server} has no chain; `serve --chain FILE` gives it one");
        }

        var view = ServerApi.Read<ChainView>(body);
        Output.Line(json ? body : string.Join("\n     ", Lines(view)));
        return view.Problem is null ? ExitCode.Good : ExitCode.CouldNotTell;
    }

    private static IEnumerable<string> Lines(ChainView view)
    {
        var follows = $"chain {view.ChainId} is followed"
            + (view is { Followed: { } followed, Head: { } head } ? $" up to block {followed} of {head}, {view.Behind ?? 0} of them deep enough and to come" : " by another process");
        yield return view.Problem switch
        {
            null => $"OK   {follows}",
            { Since: { } since } problem => $"WAIT chain {view.ChainId} is not followed since {since.UtcDateTime:u}: {Reason(problem)}",
            { } problem => $"WAIT nothing is sent to chain {view.ChainId}: {Reason(problem)}\n     {follows}",
        };
        yield return view.Anchored is { } size ? $"anchored up to size {size}" : "nothing is anchored yet";
        yield return $"blocks are believed when they are {view.Confirmations} deep";
        yield return $"CheckpointAnchor   {Output.Word(view.Contracts.Anchor ?? "")}";
        yield return $"BroadcastOwnership {Output.Word(view.Contracts.Ownership ?? "")}";
        yield return $"Tickets            {Output.Word(view.Contracts.Tickets ?? "")}";
        yield return $"account            {Output.Word(view.Account)}";
    }

    private static string Reason(ChainProblem problem) => $"{Output.Word(problem.Detail)} ({Output.Word(problem.Code)})";

    private static async Task<AuditVerdict> AskNodesAsync(ChainFile file, string? origin, CancellationToken cancellation)
    {
        var nodes = NamedNodes.ParseAll(file.Nodes, "nodes");
        var account = ChainCommand.AddressOf(file.Account ?? "", "account");
        var anchor = ChainCommand.AddressOf(file.Contracts?.Anchor ?? "", "contracts.anchor");
        var ownership = ChainCommand.AddressOf(file.Contracts?.Ownership ?? "", "contracts.ownership");
        var tickets = ChainCommand.AddressOf(file.Contracts?.Tickets ?? "", "contracts.tickets");
        var chain = new ChainId(file.ChainId);
        using var node = NamedNodes.Open(chain, nodes);
        var looks = await node.LookAsync(cancellation);
        var details = looks.Select(static l => $"{l.Node}: {(l.Problem is { } problem ? $"{problem.Detail} ({problem.Code})" : "of this chain")}").ToList();
        var facts = new Dictionary<string, object?>
        {
            ["chainId"] = chain.Value,
            ["nodes"] = looks.Select(static l => new { node = l.Node, chainId = l.Chain?.Value, problem = l.Problem?.Code }).ToArray(),
        };
        if (looks.All(static l => l.Problem is not null))
        {
            return looks.All(static l => l.Problem!.Code == ChainException.WrongId)
                ? new AuditVerdict(false, $"no node is of chain {chain}", details, facts)
                : throw looks.First(static l => l.Problem!.Code != ChainException.WrongId).Problem!;
        }

        if (await new ContractCheck(node, account, anchor, ownership, tickets).FaultsAsync(cancellation) is { Count: > 0 } faults)
        {
            facts["faults"] = faults;
            return new(false, $"the contracts on chain {chain} are not those that are meant", [.. faults, .. details], facts);
        }

        var (block, balance) = (await node.BlockNumberAsync(cancellation), await node.BalanceAsync(account, BlockReference.Latest, cancellation));
        (facts["block"], facts["balance"]) = (block.Value, balance.ToString(System.Globalization.CultureInfo.InvariantCulture));
        details.Insert(0, $"the account {account.ToChecksumText()} has {Coins(balance)} coins{(balance == 0 ? ", and can send nothing" : "")}");
        if (origin is not null)
        {
            details.Insert(0, await LatestAsync(node, anchor, account, origin, facts, cancellation));
        }

        return new(true, $"chain {chain}, at block {block}: the contracts stand, and are as published", details, facts);
    }

    private static async Task<string> LatestAsync(ChainNode node, Address anchor, Address account, string origin, Dictionary<string, object?> facts, CancellationToken cancellation)
    {
        var answer = await node.CallAsync(anchor, CheckpointAnchorCalls.Latest(account, Sha256Hash.Of(Encoding.UTF8.GetBytes(origin))), BlockReference.Latest, cancellation);
        if (!CheckpointAnchorCalls.TryReadLatest(answer, out var head, out _))
        {
            throw ChainException.OfAnswer("the node's answer is none of CheckpointAnchor's");
        }

        (facts["anchored"], facts["root"]) = (head.Size.Value, head.Root.ToString());
        return head.Size.Value == 0 ? $"nothing is anchored of {origin}" : $"anchored of {origin}: size {head.Size}, root {head.Root}";
    }

    private static string Coins(UInt128 amount) => $"{amount / Coin}.{(ulong)(amount % Coin / (Coin / 1_000_000UL)):d6}";
}

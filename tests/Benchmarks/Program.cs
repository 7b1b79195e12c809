using LiveLedger.Benchmarks;
using LiveLedger.Benchmarks.Audits;
using LiveLedger.Benchmarks.Chains;
using LiveLedger.Benchmarks.Ledgers;
using LiveLedger.Benchmarks.Licences;
using LiveLedger.Benchmarks.Packaging;
using LiveLedger.Benchmarks.Relays;
using LiveLedger.Benchmarks.Reputation;
using LiveLedger.Benchmarks.Swarm;

if (args is [BareKestrel.Word, var folder])
{
    // What `relay` is measured against, in a process of its own.
    return await BareKestrel.RunAsync(folder);
}

// Benchmarks NAME [--json]: exit 0 only if every measure with a goal reaches it.
Dictionary<string, Func<Task<BenchmarkReport>>> benchmarks = new()
{
    ["admission"] = AdmissionBenchmark.RunAsync,
    ["audit"] = AuditBenchmark.RunAsync,
    ["chain"] = ChainBenchmark.RunAsync,
    ["ledger"] = LedgerBenchmark.RunAsync,
    ["ledger-load"] = LedgerLoad.RunAsync,
    ["licence"] = LicenceBenchmark.RunAsync,
    ["packager"] = () => Task.FromResult(PackagerBenchmark.Run()),
    ["relay"] = RelayBenchmark.RunAsync,
    ["reputation"] = ReputationBenchmark.RunAsync,
    ["tracker"] = TrackerBenchmark.RunAsync,
};

var names = args.Where(argument => argument != "--json").ToArray();
if (names is not [var name] || !benchmarks.TryGetValue(name, out var benchmark))
{
    Console.Error.WriteLine($"usage: Benchmarks {string.Join('|', benchmarks.Keys)} [--json]");
    return 2;
}

var report = await benchmark();
Console.WriteLine(args.Contains("--json") ? report.ToJson() : report.ToTable());
return report.Passes ? 0 : 1;

using System.Globalization;
using LiveLedger.Cli.Rest;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Reputation;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>A server's word on a peer's standing.</summary>
internal sealed record StandingWord(
    string Peer, int Score, string Band, long Good, long Bad, long Receipts, long Bytes, int Receivers, int Forks, int Convictions, bool Convicted, bool Banned, ulong Index, int Formula);

/// <summary>
/// Asks the server how a peer stands, and counts it again. The whole log is hashed up to its signed head, so that each event that is counted is in it, and none of this broadcast's is
/// left out: those of its own streams are known by their names in the log. An admission that was left out shows in the receipts that nobody was then admitted for.
/// </summary>
internal sealed class ReputationAudit(ServerApi api, HttpClient http, Trust trust, BroadcastId broadcast, PeerPseudonym peer)
{
    private const ulong MaxSize = 100_000_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly string[] s_own = ["segments", "receipts", "fork", "conviction", "ban"];

    // Of what the broadcast's own streams hold: what has to be shown.
    private readonly Dictionary<ulong, LeafHash> _owed = [];
    private readonly Dictionary<ulong, LeafHash> _admissions = [];

    internal async Task<AuditVerdict> RunAsync(CancellationToken cancellation)
    {
        var word = await api.GetAsync<StandingWord>($"/v1/broadcasts/{broadcast}/standings/{peer}", cancellation);
        if (word.Formula != Formula.Version)
        {
            throw new CommandFailure($"the server counts by version {word.Formula} of the formula, this program by {Formula.Version}");
        }

        var log = await SignedBeyondAsync(word.Index, cancellation);
        await ReadLogAsync(log, word.Index, cancellation);
        var counting = new CheckedCounting(broadcast);
        await foreach (var shown in new ShownEvents(api, broadcast, word.Index).ReadAsync(cancellation))
        {
            // A leaf is of exactly these bytes, and they commit to the payload.
            if ((_owed.TryGetValue(shown.Index, out var leaf) || _admissions.TryGetValue(shown.Index, out leaf)) && leaf == LeafHash.Of(shown.Entry))
            {
                _owed.Remove(shown.Index);
                counting.Take(shown);
            }
            else if (ReputationEvents.Read(shown.Parsed.Type, shown.Payload) is ReputationInput.OfBroadcast { Broadcast: var of } && of == broadcast)
            {
                throw new VerifiedFalse($"event {shown.Index} as shown is not the one in the signed log");
            }
        }

        if (_owed.Count > 0)
        {
            throw new VerifiedFalse($"{_owed.Count} events of the broadcast are in the log and were not shown, the first at index {_owed.Keys.Min()}");
        }

        return VerdictOf(word, counting, log);
    }

    private AuditVerdict VerdictOf(StandingWord word, CheckedCounting counting, SignedLog log)
    {
        var counted = counting.Of(peer, word.Index);
        var differ = Differences(word, counted).ToList();
        string[] details =
        [
            $"{counted.Receipts} receipts of {counted.Receivers} receivers lately, {counted.Bytes} bytes; {counted.Forks} forks, {counted.Convictions} convictions",
            $"as of event {word.Index}, by version {Formula.Version} of the formula", $"{counting.Events} events counted, {counting.Signatures} signatures checked, of {log.Head.Size} in the signed log",
            .. log.Speakers,
        ];
        return differ.Count > 0
            ? AuditVerdict.False($"the server's word on {peer} is not what its log comes to: {string.Join("; ", differ)}", details)
            : new(true, $"{peer} stands at {counted.Score}, {Bands.TextOf(counted.Band)}, as the server says", details, new Dictionary<string, object?>
            {
                ["peer"] = peer.ToString(),
                ["score"] = counted.Score,
                ["band"] = Bands.TextOf(counted.Band),
                ["index"] = word.Index,
                ["events"] = counting.Events,
                ["signatures"] = counting.Signatures,
                ["size"] = log.Head.Size.Value,
                ["root"] = log.Head.Root.ToString(),
                ["key"] = log.Key.ToString(),
            });
    }

    private static IEnumerable<string> Differences(StandingWord word, Standing counted)
    {
        foreach (var (name, said, comes) in new (string, IFormattable, IFormattable)[]
        {
            ("score", word.Score, counted.Score), ("good", word.Good, counted.Good), ("bad", word.Bad, counted.Bad), ("receipts", word.Receipts, counted.Receipts), ("bytes", word.Bytes, counted.Bytes),
            ("receivers", word.Receivers, counted.Receivers), ("forks", word.Forks, counted.Forks), ("convictions", word.Convictions, counted.Convictions),
        })
        {
            if (!said.Equals(comes))
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{name} {said} said, {comes} counted");
            }
        }

        if (word.Band != Bands.TextOf(counted.Band) || word.Convicted != counted.IsConvicted || word.Banned != counted.IsBanned)
        {
            yield return $"band {word.Band} said, {Bands.TextOf(counted.Band)} counted";
        }
    }

    // What was counted a moment ago is signed a moment later.
    private async Task<SignedLog> SignedBeyondAsync(ulong index, CancellationToken cancellation)
    {
        for (var until = DateTime.UtcNow + s_patience; ; await Task.Delay(200, cancellation))
        {
            var log = await SignedLog.OpenAsync(http, api.Server, trust, cancellation);
            if (log.Head.Size.Value > MaxSize)
            {
                throw new CommandFailure($"a log of {log.Head.Size} entries is too long to read whole");
            }

            if (log.Head.Size.Value > index)
            {
                return log;
            }

            if (DateTime.UtcNow > until)
            {
                throw new CommandFailure($"the standing is of event {index}, and the signed log has {log.Head.Size} so far");
            }
        }
    }

    private async Task ReadLogAsync(SignedLog log, ulong last, CancellationToken cancellation)
    {
        var tree = new CompactRange();
        await foreach (var bytes in log.Reader.EntriesAsync(log.Head.Size.Value, cancellation))
        {
            var (index, leaf) = (tree.Size.Value, LeafHash.Of(bytes.Span));
            tree.Append(leaf);
            if (index > last || !LedgerEntry.TryParse(bytes.Span, out var entry))
            {
                continue;
            }

            var stream = entry.Stream.Split('/');
            if (stream.Length > 1 && s_own.Contains(stream[0]) && stream[1] == broadcast.ToString() && entry.Type != "publisher-equivocated")
            {
                _owed[index] = leaf;
            }
            else if (entry.Type == "peer-admitted")
            {
                _admissions[index] = leaf;
            }
        }

        if (tree.Head != log.Head)
        {
            throw new VerifiedFalse($"the entries hash to {tree.Root()}, the checkpoint says {log.Head.Root}");
        }
    }
}

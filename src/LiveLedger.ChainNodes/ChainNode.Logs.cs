using System.Text.Json.Nodes;
using LiveLedger.Chain;

namespace LiveLedger.ChainNodes;

/// <summary>Logs.</summary>
internal sealed partial class ChainNode
{
    private const int MaxLogs = 50_000;

    // So many blocks the node was last seen to give at once. Shared by all who ask; a race costs a question.
    private int _span = options.MaxLogSpan;

    /// <summary>
    /// The logs from a block on, as many blocks as the node gives at once but none behind <paramref name="to"/>. Where it refuses a range as too large, less is
    /// asked for, and more again when that went well. One address may stand for many nodes, and one of them that lacks the last blocks has no logs of them
    /// and says so without a word: the last block is asked for with the logs, in one exchange, which one node answers. A node that takes no batches is believed.
    /// </summary>
    /// <exception cref="ChainException">The node does not have the last block, or not the same one for as long as it is asked; or any other.</exception>
    public async Task<LogPage> LogsAsync(LogFilter filter, BlockNumber from, BlockNumber to, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from.Value, to.Value, nameof(from));
        for (var span = (ulong)Volatile.Read(ref _span); ; span /= 2)
        {
            var last = new BlockNumber(Math.Min(to.Value, from.Value + span - 1));
            try
            {
                var (head, logs) = await LogsUntilAsync(filter, from, last, cancel);
                if (logs.Any(l => l.Block.CompareTo(from) < 0 || l.Block.CompareTo(last) > 0))
                {
                    throw AnswerReading.Bad("logs of the blocks that were asked for");
                }

                // Slowly back up: what was refused once mostly is again.
                Volatile.Write(ref _span, (int)Math.Min((ulong)options.MaxLogSpan, span + span / 4 + 1));
                return new(from, head, logs);
            }
            catch (ChainException e) when (e.Code == ChainException.Timeout)
            {
                // Whether it was too much or the node hangs does not show: the next question is a smaller one, and it is the caller who asks it.
                Volatile.Write(ref _span, (int)Math.Max(1, span / 2));
                throw;
            }
            catch (ChainException e) when (span > 1 && IsTooMuch(e))
            {
                // Less than what there is to ask for, or the next question is this one again.
                span = Math.Min(span, last.Value - from.Value + 1);
                Volatile.Write(ref _span, (int)Math.Max(1, span / 2));
                if (span == 1)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>The logs of just this block (EIP-234): none of another that took its height meanwhile.</summary>
    public async Task<IReadOnlyList<ChainLog>> LogsOfBlockAsync(LogFilter filter, BlockHash block, CancellationToken cancel)
    {
        var logs = await LogsAsync(filter, new JsonObject { ["blockHash"] = block.ToString() }, cancel);
        return logs.All(l => l.BlockHash == block) ? logs : throw AnswerReading.Bad("logs of the block that was asked for");
    }

    // The block before the logs shows that the node had it when it looked for them, and after them that it was the same one all the while.
    private async Task<(BlockHead Last, ChainLog[] Logs)> LogsUntilAsync(LogFilter filter, BlockNumber from, BlockNumber last, CancellationToken cancel)
    {
        var header = HeaderCall(BlockReference.At(last));
        var standing = new RpcCall<(BlockHead? Last, ChainLog[] Logs)>(
            header.Method, header.Parameters, e => (header.Read(e) ?? throw ChainException.Behind($"it has no block {last}, whose logs it is asked for"), []));
        var question = LogsCall(filter, new() { ["fromBlock"] = HexText.Quantity(from.Value), ["toBlock"] = HexText.Quantity(last.Value) });
        var logs = new RpcCall<(BlockHead? Last, ChainLog[] Logs)>(question.Method, question.Parameters, e => (null, question.Read(e)));
        var answers = await _endpoints.AskAsync<(BlockHead? Last, ChainLog[] Logs)>(new[] { standing, logs, standing }, cancel);
        return answers[0].Last is { } before && before.Hash == answers[2].Last?.Hash
            ? (before, answers[1].Logs) : throw ChainException.Behind($"block {last} is another than a moment ago");
    }

    private async Task<IReadOnlyList<ChainLog>> LogsAsync(LogFilter filter, JsonObject question, CancellationToken cancel) =>
        (await _endpoints.AskAsync<ChainLog[]>(new[] { LogsCall(filter, question) }, cancel))[0];

    private static RpcCall<ChainLog[]> LogsCall(LogFilter filter, JsonObject question)
    {
        question["address"] = new JsonArray([.. filter.Addresses.Select(static a => (JsonNode)a.ToString())]);
        question["topics"] = new JsonArray([.. filter.Topics.Select(static alternatives =>
            alternatives.Count == 0 ? null : new JsonArray([.. alternatives.Select(static t => (JsonNode)HexText.Of(t.ToArray()))]))]);
        return new("eth_getLogs", [question], e =>
        {
            var logs = e.Items(MaxLogs).Select(ChainLog.Read).ToArray();
            if (!logs.All(filter.Holds))
            {
                throw AnswerReading.Bad("logs that were asked for");
            }

            // execution-apis does not say in which order they come.
            Array.Sort(logs, static (a, b) => a.Block.CompareTo(b.Block) is not 0 and var order ? order : a.Index.CompareTo(b.Index));
            return logs;
        });
    }

    // Each node and provider says it in words of its own; what they share is what they complain about.
    private static bool IsTooMuch(ChainException e) => e.TooLarge || (e.Error is { } error && (error.Code == -32005
        || error.Says("range", "more than", "too many", "too large", "too wide", "limit", "response size", "timeout", "timed out")));
}

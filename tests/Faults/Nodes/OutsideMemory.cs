using System.Collections.Concurrent;
using System.Net;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Faults.Nodes;

/// <summary>All that outsiders were told of a log: which event got which place, and every checkpoint. Held against the whole log after each fault.</summary>
internal sealed class OutsideMemory(VerifierKey key)
{
    private readonly ConcurrentDictionary<Guid, (ulong Index, string Stream, ulong Version)> _acknowledged = new();
    private readonly ConcurrentDictionary<ulong, RootHash> _seen = new();

    public int Acknowledged => _acknowledged.Count;

    public int Checkpoints => _seen.Count;

    /// <summary>A node has said where an event stands.</summary>
    public void Remember(Guid id, ulong index, string stream, ulong version)
    {
        var told = (index, stream, version);
        Assert.Equal(told, _acknowledged.GetOrAdd(id, told));
    }

    /// <summary>A node has shown a checkpoint.</summary>
    public void Remember(byte[] note)
    {
        Assert.Equal(CheckpointResult.Valid, Checkpoint.Open(note, key, out var checkpoint));

        // Two roots of one size are a fork, whatever else is shown.
        Assert.Equal(checkpoint!.Head.Root, _seen.GetOrAdd(checkpoint.Head.Size.Value, checkpoint.Head.Root));
    }

    /// <summary>Asks a node for its checkpoint, if it answers.</summary>
    public async Task LookAsync(NodeProcess node, CancellationToken cancel)
    {
        try
        {
            using var answer = await node.Http.GetAsync("/log/checkpoint", cancel);
            if (answer.IsSuccessStatusCode)
            {
                Remember(await answer.Content.ReadAsByteArrayAsync(cancel));
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            // It is down, which is what the test does to it.
        }
    }

    /// <summary>
    /// Waits until a node's checkpoint covers what was acknowledged until now, and audits the whole log there: nothing of that is lost or has moved, and
    /// every checkpoint that was ever shown is extended.
    /// </summary>
    public async Task<LogAudit.Audited> HoldAgainstAsync(NodeProcess node)
    {
        var told = _acknowledged.ToArray();
        var size = told.Length == 0 ? 0 : told.Max(t => t.Value.Index) + 1;
        await Until.TrueAsync(async () =>
        {
            await LookAsync(node, default);
            return !_seen.IsEmpty && _seen.Keys.Max() >= size;
        }, $"a checkpoint covers {size} events: {await node.TryStateAsync()}");
        LogAudit.Audited? audited = null;
        await Until.TrueAsync(async () => (audited = await TryAuditAsync(node)) is not null, "the log can be read");
        HoldAgainst(audited!, told);
        return audited!;
    }

    /// <summary>Every checkpoint that was shown is extended by this log.</summary>
    public void HoldAgainst(LogAudit.Audited log)
    {
        Assert.True(_seen.IsEmpty || _seen.Keys.Max() <= log.Head.Size.Value, "the log has become smaller");
        HoldAgainst(log, []);
    }

    // Null while the database is away; a log that lies is another matter, and throws.
    private async Task<LogAudit.Audited?> TryAuditAsync(NodeProcess node)
    {
        try
        {
            return await LogAudit.CheckAsync(node.Http, key);
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            return null;
        }
    }

    private void HoldAgainst(LogAudit.Audited log, KeyValuePair<Guid, (ulong Index, string Stream, ulong Version)>[] told)
    {
        foreach (var (id, (index, stream, version)) in told)
        {
            var entry = log.Entries[(int)index];
            Assert.Equal((id, stream, version), (entry.EventId, entry.Stream, entry.StreamVersion));
        }

        // What was shown after this audit had begun is for the next one.
        var range = new CompactRange();
        foreach (var (size, root) in _seen.Where(s => s.Key <= log.Head.Size.Value).OrderBy(s => s.Key))
        {
            while (range.Size.Value < size)
            {
                range.Append(log.Entries[(int)range.Size.Value].Leaf());
            }

            Assert.Equal(root, range.Root());
        }
    }
}

using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Reading;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Tree;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Ledger.Witnesses;

/// <summary>
/// Holds the last checkpoint against what has been seen of this log outside: by its witnesses, and in the file of the cosigned checkpoint. When the
/// database and the checkpoint file are both brought back from older copies they fit each other, and only those who remember more can tell.
/// </summary>
/// <remarks>
/// What a witness says is believed if our own key signed it, and else not: whoever could make us halt by a word of theirs could stop any log.
/// </remarks>
internal sealed partial class WitnessedLog : IDisposable
{
    /// <summary>So long all witnesses together are waited for. The one that does not answer in time is asked for cosignatures later, and shows then what it knows.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly LogReader _log;
    private readonly CheckpointStore _signed;
    private readonly CheckpointStore _cosigned;
    private readonly ILogger<WitnessedLog> _logger;
    private readonly HttpClient _http = WitnessClient.NewHttp();
    private readonly WitnessClient[] _witnesses;

    public WitnessedLog(LogReader log, CheckpointStore signed, LedgerOptions options, ILogger<WitnessedLog> logger)
    {
        (_log, _signed, _logger) = (log, signed, logger);
        _cosigned = CheckpointStore.Cosigned(options);
        _witnesses = [.. (options.Witnesses?.Witnesses ?? []).Select(w => new WitnessClient(w, _http))];
    }

    public void Dispose() => _http.Dispose();

    /// <summary>To be called before a process that takes the lead signs.</summary>
    /// <exception cref="LogHaltedException">Our key has signed a tree that the last checkpoint does not extend.</exception>
    public async Task RequireExtendedAsync(CancellationToken cancel)
    {
        if (HeadOf(_cosigned.Read()) is { } kept && HeadOf(_signed.Read()) is var last && kept.Size.CompareTo(last?.Size ?? default) > 0)
        {
            throw new LogHaltedException("checkpoint-rolled-back",
                $"witnesses have cosigned {kept.Size} events, and the file of the last checkpoint says {last?.Size ?? default}: somebody has put an older one back");
        }

        await Task.WhenAll(_witnesses.Select(w => RequireExtendedAsync(w, cancel)));
    }

    /// <summary>What each witness shows of this log, unchecked. One that cannot be asked shows nothing.</summary>
    public async Task<IReadOnlyList<(string Witness, byte[] Note)>> ShownAsync(CancellationToken cancel)
    {
        var shown = await Task.WhenAll(_witnesses.Select(async w =>
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(Patience);
            try
            {
                return (w.Witness.Name, Note: await w.LastAsync(_log.VerifierKey.Name, patience.Token));
            }
            catch (Exception e) when (!cancel.IsCancellationRequested)
            {
                LogNotAsked(w.Witness.Name, e.Message);
                return (w.Witness.Name, Note: null);
            }
        }));
        return [.. shown.Where(s => s.Note is not null).Select(s => (s.Name, s.Note!))];
    }

    /// <summary>The same by one witness. Nothing happens if it cannot be asked, or shows nothing that our key has signed.</summary>
    /// <exception cref="LogHaltedException">As above.</exception>
    public async Task RequireExtendedAsync(WitnessClient witness, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            if (HeadOf(await witness.LastAsync(_log.VerifierKey.Name, patience.Token)) is { } seen)
            {
                await RequireExtendedAsync(witness.Witness.Name, seen, patience.Token);
            }
        }
        catch (Exception e) when (e is not LogHaltedException && !cancel.IsCancellationRequested)
        {
            // The network, its answer, our database: not having been able to ask is no reason to stop.
            LogNotAsked(witness.Witness.Name, e.Message);
        }
    }

    private async Task RequireExtendedAsync(string witness, TreeHead seen, CancellationToken cancel)
    {
        // Our file after the witness's answer: what a witness has seen was in the file before.
        var last = HeadOf(_signed.Read()) ?? TreeHead.Empty;
        if (seen.Size.CompareTo(last.Size) > 0)
        {
            throw new LogHaltedException("witness-ahead",
                $"witness {witness} shows a checkpoint of {seen.Size} events, signed by our key, and the last one here covers {last.Size}: older copies of the database and of the checkpoint were put back, or another signs with our key");
        }

        var root = await _log.RootAsync(seen.Size, cancel);
        if (seen.Size.Value > 0 && (await _log.GrowthAsync(seen.Size, last.Size, cancel)).Verify(root, last.Root) != ProofResult.Valid)
        {
            throw new InvalidDataException("our own tiles are not those of the last checkpoint");
        }

        if (root != seen.Root)
        {
            throw new LogHaltedException("witness-forked",
                $"witness {witness} shows a checkpoint of {seen.Size} events, signed by our key, with root {seen.Root}; ours of that size is {root}");
        }
    }

    private TreeHead? HeadOf(byte[]? note) =>
        note is not null && Checkpoint.Open(note, _log.VerifierKey, out var checkpoint) == CheckpointResult.Valid ? checkpoint!.Head : null;

    [LoggerMessage(LogLevel.Information, "witness {name} could not be asked how much of the log it has seen: {why}")]
    private partial void LogNotAsked(string name, string why);
}

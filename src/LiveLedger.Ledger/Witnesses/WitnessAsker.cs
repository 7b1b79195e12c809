using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Reading;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;
using LiveLedger.Transparency.Tree;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Ledger.Witnesses;

/// <summary>
/// In the process that signs: shows each new checkpoint to the policy's witnesses, all at once, and keeps the cosignatures that verify. It looks at
/// what was signed and touches nothing of the signing, which neither waits for a witness nor fails with one.
/// </summary>
internal sealed partial class WitnessAsker : BackgroundService
{
    // A witness that has not answered by then is not waited for by the others' next checkpoint either, until it has answered once more.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    private readonly LogReader _log;
    private readonly CheckpointStore _signed;
    private readonly LedgerState _state;
    private readonly TrustPolicy? _policy;
    private readonly PublishedCheckpoint _published;
    private readonly TimeProvider _time;
    private readonly ILogger<WitnessAsker> _logger;
    private readonly HttpClient _http = WitnessClient.NewHttp();
    private readonly WitnessedLog _witnessed;
    private readonly Asked[] _witnesses;
    private readonly Lock _collecting = new();
    private SignedNote? _note;

    public WitnessAsker(LogReader log, CheckpointStore signed, WitnessedLog witnessed, LedgerState state, LedgerOptions options, TimeProvider time,
        ILogger<WitnessAsker> logger)
    {
        (_log, _signed, _witnessed, _state, _policy, _time, _logger) = (log, signed, witnessed, state, options.Witnesses, time, logger);
        _published = new(signed, options);
        _witnesses = [.. (_policy?.Witnesses ?? []).Select(w => new Asked(new(w, _http)))];
    }

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && _witnesses.Length > 0)
        {
            await Task.Delay(s_look, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (_state.IsLeader && _signed.Read() is { } bytes)
                {
                    await RoundAsync(bytes, stop);
                }
            }
            catch (Exception e) when (e is IOException or LogHaltedException or UnauthorizedAccessException)
            {
                LogNotRead(e.Message);
                await Task.Delay(s_longestPause, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    // All are asked about one checkpoint: if each went its own way, a log that grows all the time would have no checkpoint with two cosignatures.
    private async Task RoundAsync(byte[] bytes, CancellationToken stop)
    {
        if (Checkpoint.Open(bytes, _log.VerifierKey, out var checkpoint) != CheckpointResult.Valid || !SignedNote.TryParse(bytes, out var note))
        {
            return;
        }

        Asked[] due = [.. _witnesses.Where(w => w.Cosigned != note.Text && _time.GetTimestamp() >= w.NotBefore)];
        if (due.Length == 0)
        {
            return;
        }

        if (_note?.Text != note.Text)
        {
            _note = _published.WithKept(note);
        }

        await Task.WhenAll(due.Select(w => AskAsync(w, note, checkpoint!.Head, stop)));
    }

    private async Task AskAsync(Asked asked, SignedNote note, TreeHead head, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_patience);
        try
        {
            var lines = await asked.Client.AskAsync(note, head, _log.GrowthAsync, patience.Token);
            Collect(lines);
            if (asked.Failures > 0)
            {
                LogWitnessBack(asked.Client.Witness.Name);
            }

            (asked.Cosigned, asked.Failures, asked.NotBefore) = (note.Text, 0, 0);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            Failed(asked, $"no answer within {s_patience.TotalSeconds} s");
        }
        catch (WitnessFailure e)
        {
            Failed(asked, e.Message);
            if (e.Disagrees)
            {
                await HoldAgainstAsync(asked.Client, e.Message, stop);
            }
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            // The network, the database, the disk: whatever it is, the server does not stop for a witness, and asks again.
            Failed(asked, e.Message);
        }
    }

    private void Collect(IReadOnlyList<NoteSignature> lines)
    {
        lock (_collecting)
        {
            _note = _note!.Keeping(s => !lines.Any(l => l.Name == s.Name && l.KeyId == s.KeyId)).With(lines);
            if (!_policy!.RequiresWitnesses || _policy.Check(_note.ToBytes(), _log.VerifierKey).Result == PolicyResult.Satisfied)
            {
                _published.Keep(_note);
            }
        }
    }

    // A word alone halts nothing; a checkpoint with our own signature does.
    private async Task HoldAgainstAsync(WitnessClient client, string why, CancellationToken stop)
    {
        try
        {
            await _witnessed.RequireExtendedAsync(client, stop);
            LogDisagrees(client.Witness.Name, why);
        }
        catch (LogHaltedException e)
        {
            _state.Halt(e.Message);
        }
    }

    private void Failed(Asked asked, string why)
    {
        if (asked.Failures++ == 0)
        {
            LogWitnessFails(asked.Client.Witness.Name, why);
        }

        var pause = TimeSpan.FromSeconds(Math.Min(s_longestPause.TotalSeconds, Math.Pow(2, Math.Min(asked.Failures - 1, 6)) / 2));
        asked.NotBefore = _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency);
    }

    private sealed class Asked(WitnessClient client)
    {
        public WitnessClient Client { get; } = client;

        /// <summary>Text of the checkpoint it cosigned last.</summary>
        public string? Cosigned { get; set; }

        public int Failures { get; set; }

        public long NotBefore { get; set; }
    }

    [LoggerMessage(LogLevel.Warning, "witness {name} does not cosign: {why}; trying again")]
    private partial void LogWitnessFails(string name, string why);

    [LoggerMessage(LogLevel.Information, "witness {name} cosigns again")]
    private partial void LogWitnessBack(string name);

    [LoggerMessage(LogLevel.Critical, "WITNESS {name} DISAGREES with this log ({why}), and shows no checkpoint of another tree that our key has signed")]
    private partial void LogDisagrees(string name, string why);

    [LoggerMessage(LogLevel.Warning, "the checkpoint to be cosigned cannot be read: {why}")]
    private partial void LogNotRead(string why);
}

using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Peering.Reputation;
using Npgsql;

namespace LiveLedger.Swarm.Reputation;

/// <summary>The counting as far as it has come. Broadcasts of which nothing is heard for a while rest in the tables alone.</summary>
/// <param name="keptAt">The kept states go so far, and it goes on from there.</param>
internal sealed class StandingMemory(ulong keptAt)
{
    private static readonly string s_state = StandingProjection.Load("read_state.sql");

    private readonly ReputationFold _fold = new();
    private readonly HashSet<BroadcastId> _dirty = [];
    private readonly HashSet<BroadcastId> _looked = [];

    /// <summary>The first event that is in no kept state.</summary>
    public ulong KeptAt { get; private set; } = keptAt;

    /// <summary>The next event.</summary>
    public ulong Next { get; private set; } = keptAt;

    public IReadOnlyDictionary<BroadcastId, BroadcastReputation> Broadcasts => _fold.Broadcasts;

    /// <summary>Counts the next event; what changed goes into <paramref name="rows"/>, if there are any.</summary>
    public async ValueTask TakeAsync(LoggedEvent logged, StandingRows? rows, NpgsqlTransaction transaction, CancellationToken cancel)
    {
        if (logged.Index.Value != Next)
        {
            throw new InvalidDataException($"event {logged.Index} came where {Next} was to come");
        }

        var (stored, input) = (logged.Event, ReputationEvents.Read(logged.Event.Type, logged.Event.PayloadJson));
        if (input is ReputationInput.OfBroadcast { Broadcast: var of } && _looked.Add(of) && await StateAsync(of, transaction, cancel) is { } kept)
        {
            _fold.Restore(of, kept);
        }

        if (_fold.Take(Next, stored.RecordedAt, input, rows is null ? null : rows.Of) is { } changed)
        {
            _dirty.Add(changed);
            rows?.Named(input!);
        }

        Next++;
    }

    /// <summary>Keeps what has changed, and lets go of what has not.</summary>
    public async Task KeepAsync(StandingRows rows, CancellationToken cancel)
    {
        await rows.KeepAsync([.. _dirty.Select(of => (of, KeptReputation.Write(_fold.Broadcasts[of])))], Next, cancel);
        foreach (var quiet in _fold.Broadcasts.Keys.Where(of => !_dirty.Contains(of)).ToList())
        {
            _fold.Forget(quiet);
            _looked.Remove(quiet);
        }

        _dirty.Clear();
        KeptAt = Next;
    }

    private static async Task<BroadcastReputation?> StateAsync(BroadcastId of, NpgsqlTransaction transaction, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_state, transaction.Connection, transaction) { Parameters = { new() { Value = of.Value } } };
        using var state = new MemoryStream();
        await using (var row = await command.ExecuteReaderAsync(cancel))
        {
            while (await row.ReadAsync(cancel))
            {
                state.Write(row.GetFieldValue<byte[]>(0));
            }
        }

        return state.Length > 0
            ? KeptReputation.Read(state.ToArray()) ?? throw new InvalidDataException($"the kept state of {of} is of another version: the projection's version must be raised with it")
            : null;
    }
}

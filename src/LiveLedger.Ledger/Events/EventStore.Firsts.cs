using LiveLedger.Ledger.Schema;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Ledger;

/// <summary>Streams that begin at the same time.</summary>
public sealed partial class EventStore
{
    private static readonly string s_firsts = Sql.Load("Events/append_firsts.sql");

    /// <summary>How long a transaction of many may take: a database that neither answers nor refuses must not hold up who comes behind it.</summary>
    private static readonly TimeSpan s_groupPatience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Appends the first event of a stream, as <see cref="AppendAsync"/> does with <see cref="ExpectedVersion.NoStream"/>, in one transaction with
    /// others that come at the same time. For streams of which many begin at once.
    /// </summary>
    /// <inheritdoc cref="AppendAsync"/>
    public Task<AppendResult> AppendFirstAsync(StreamName stream, NewEvent first, CancellationToken cancel = default)
    {
        // Before it has company: one that cannot be stored must not take others with it.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first.PayloadJson.Length, NewEvent.MaxPayloadLength, nameof(first));
        _state.RequireOpen();
        // Inline tables are written stream by stream.
        return _inline.Follow(stream) ? AppendAsync(stream, ExpectedVersion.NoStream, [first], cancel) : _firsts.AppendAsync(stream, first, cancel);
    }

    private async Task StoreFirstsAsync(IReadOnlyList<GroupCommit.First> group)
    {
        using var limit = new CancellationTokenSource(s_groupPatience, _time);
        var stored = new HashSet<StreamName>();
        try
        {
            if (group.Count > 1)
            {
                _state.RequireOpen();
                stored = await StoreTogetherAsync(group, limit.Token);
            }
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // One of them is there already, and none was stored: each is told by itself which.
        }
        catch (Exception e)
        {
            foreach (var first in group)
            {
                first.Answer.TrySetException(e is OperationCanceledException || LedgerUnavailableException.IsAway(e) ? LedgerUnavailableException.Away(e) : e);
            }

            return;
        }

        await Task.WhenAll(group.Where(first => !stored.Contains(first.Stream)).Select(first => StoreAloneAsync(first, limit.Token)));
    }

    private async Task StoreAloneAsync(GroupCommit.First first, CancellationToken cancel)
    {
        try
        {
            first.Answer.TrySetResult(await AppendAsync(first.Stream, ExpectedVersion.NoStream, [first.Event], cancel));
        }
        catch (Exception e)
        {
            first.Answer.TrySetException(e is OperationCanceledException ? LedgerUnavailableException.Away(e) : e);
        }
    }

    // The streams that were stored.
    private async Task<HashSet<StreamName>> StoreTogetherAsync(IReadOnlyList<GroupCommit.First> group, CancellationToken cancel)
    {
        var now = _time.GetUtcNow();
        var encodings = group.Select(first => EventEncoding.Of(first.Stream, ExpectedVersion.NoStream.Value, [first.Event], now)).ToArray();
        _reached(LedgerStep.Appending);
        var positions = await InTurnAsync(() => SendFirstsAsync(group, encodings, cancel), cancel);
        if (positions.Count > 0)
        {
            _reached(LedgerStep.Appended);
            _state.Appended();
        }

        foreach (var (first, encoding) in group.Zip(encodings))
        {
            if (positions.TryGetValue(first.Stream.Value, out var position))
            {
                var result = new AppendResult(AppendOutcome.Appended, 0) { Positions = [position], RecordedAt = encoding.Time };
                Remember(result, encoding);
                first.Answer.TrySetResult(result);
            }
        }

        return [.. positions.Keys.Select(static name => new StreamName(name))];
    }

    private async Task<Dictionary<string, long>> SendFirstsAsync(IReadOnlyList<GroupCommit.First> group, EventEncoding[] encodings, CancellationToken cancel)
    {
        await using var connection = await _database.Source.OpenConnectionAsync(cancel);
        _database.RequireChecked();
        await using var command = new NpgsqlCommand(s_firsts, connection)
        {
            Parameters =
            {
                new() { Value = group.Select(static f => f.Stream.Value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = encodings.Select(static e => e.Ids[0]).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                new() { Value = encodings.Select(static e => e.Entries[0]).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
                new() { Value = encodings.Select(static e => e.Payloads[0]).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
                new() { Value = encodings.Select(static e => e.Salts[0]).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
                new() { Value = encodings.Select(static e => e.Hashes[0]).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            },
        };
        var positions = new Dictionary<string, long>(group.Count);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
        {
            positions.Add(rows.GetString(0), rows.GetInt64(1));
        }

        return positions;
    }
}

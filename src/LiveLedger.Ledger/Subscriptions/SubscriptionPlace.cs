using LiveLedger.Ledger.Schema;
using Npgsql;

namespace LiveLedger.Ledger.Subscriptions;

/// <summary>A subscription's place, over the one session that holds its lock.</summary>
internal sealed class SubscriptionPlace(NpgsqlConnection connection, string name)
{
    // Any number will do as long as it is nobody else's; the second half of the lock is the subscription's name.
    private const int PublisherLock = 0x4C4C_0005;

    private static readonly string s_open = Sql.Load("Subscriptions/open_subscription.sql");
    private static readonly string s_advance = Sql.Load("Subscriptions/advance_subscription.sql");

    /// <summary>Takes the subscription's lock for this session if nobody holds it. It goes with the session, however that ends.</summary>
    public async Task<bool> TryLeadAsync(CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock({PublisherLock}, hashtext($1))", connection) { Parameters = { new() { Value = name } } };
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>Index of the first event whose message may not have been taken.</summary>
    public async Task<long> OpenAsync(CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_open, connection) { Parameters = { new() { Value = name } } };
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>Moves the place; false if somebody else has.</summary>
    public async Task<bool> TryAdvanceAsync(long from, long to, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_advance, connection) { Parameters = { new() { Value = name }, new() { Value = from }, new() { Value = to } } };
        return await command.ExecuteNonQueryAsync(cancel) == 1;
    }
}

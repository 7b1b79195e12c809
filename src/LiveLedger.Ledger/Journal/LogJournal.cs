using LiveLedger.Cryptography;
using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Schema;
using LiveLedger.Ledger.Sequencing;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Tree;
using Npgsql;

namespace LiveLedger.Ledger.Journal;

/// <summary>The leader's side of the journal: brings sequenced events into it, from memory where they are still there and from the database where not.</summary>
internal sealed class LogJournal(NpgsqlConnection connection, RecentEvents recent, JournalWriter writer) : IDisposable
{
    private const int ReadPage = 4096;

    private static readonly string s_read = Sql.Load("Journal/read_events.sql");

    /// <summary>Index after the last event that was added.</summary>
    public ulong Next => writer.Next;

    /// <summary>Adds all sequenced events up to an index: what an earlier leader has left, or a journal begun late.</summary>
    /// <exception cref="LogHaltedException">A stored event is not what its leaf says.</exception>
    public async Task CatchUpAsync(ulong size, CancellationToken cancel)
    {
        while (writer.Next < size)
        {
            await AddStoredAsync(Math.Min(size, writer.Next + ReadPage), cancel);
        }

        writer.Flush();
    }

    /// <summary>Adds a batch that follows what was added.</summary>
    /// <exception cref="LogHaltedException">A stored event is not what its leaf says.</exception>
    public async Task AddAsync(SequencedBatch batch, CancellationToken cancel)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            if (recent.Take(batch.Positions[i]) is { } e && IsWhole(e))
            {
                writer.Append(e);
            }
            else
            {
                // Those of other processes come together, so a page is more often right than a row. What memory held of them is of no more use.
                var until = i + 1;
                while (until < batch.Count && until - i < ReadPage && recent.Take(batch.Positions[until]) is null)
                {
                    until++;
                }

                // The one that was found ends the run and was taken from memory: it is read too.
                until = Math.Min(until + 1, batch.Count);
                await AddStoredAsync(batch.First + (ulong)until, cancel);
                i = until - 1;
            }
        }
    }

    /// <summary>What was added is on disk when this returns.</summary>
    public void Flush() => writer.Flush();

    /// <inheritdoc/>
    public void Dispose() => writer.Dispose();

    private async Task AddStoredAsync(ulong until, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_read, connection)
        {
            Parameters = { new() { Value = (long)writer.Next }, new() { Value = (long)until } },
        };
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
        {
            var e = new JournaledEvent(rows.GetFieldValue<byte[]>(2), rows.GetFieldValue<byte[]>(3), rows.GetFieldValue<byte[]>(4));
            if (rows.GetInt64(0) != (long)writer.Next || !LeafHash.Of(e.Entry.Span).Value.Equals(new Bytes32(rows.GetFieldValue<byte[]>(1))) || !IsWhole(e))
            {
                throw new LogHaltedException("log-damaged", $"the event stored for leaf {writer.Next} is not what the leaf says");
            }

            writer.Append(e);
        }

        if (writer.Next != until)
        {
            throw new LogHaltedException("log-damaged", $"leaf {writer.Next} has no event");
        }
    }

    // The digest is what an entry ends with. A payload that its caller has written over since is read from the database instead.
    private static bool IsWhole(JournaledEvent e)
    {
        Span<byte> digest = stackalloc byte[Bytes32.Length];
        PayloadDigest.Of(e.Salt.Span, e.Payload.Span).Value.CopyTo(digest);
        return e.Entry.Span.EndsWith(digest);
    }
}

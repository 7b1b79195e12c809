using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Ledger.Journal;
using LiveLedger.Transparency.Entries;

namespace LiveLedger.Ledger.Tests.Recovery;

public sealed class JournalTests
{
    private static readonly StreamName s_stream = new("test/one");

    [Fact]
    public async Task The_journal_holds_every_event_under_the_checkpoint_byte_for_byte_whoever_appended_it()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using var one = await TestLedger.StartAsync(options);
        await using var two = await TestLedger.StartAsync(options);
        await Task.WhenAll(((TestLedger[])[one, two]).Select((ledger, n) => Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                await ledger.Events.AppendAsync(new($"test/{n}"), ExpectedVersion.Any, [.. Enumerable.Range(0, i % 7 + 1).Select(TestEvents.New)]);
            }
        })));
        var size = 2 * Enumerable.Range(0, 40).Sum(i => i % 7 + 1);
        await one.UntilPublishedAsync(size);

        await AssertHoldsAllAsync(one, size);
    }

    [Fact]
    public async Task A_journal_that_begins_late_takes_in_what_is_there()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var without = await TestLedger.StartAsync(options with { JournalFolder = null }))
        {
            await without.PublishAsync(5000, atOnce: 1000);
        }

        await using var ledger = await TestLedger.StartAsync(options);
        await ledger.PublishAsync(3);
        await AssertHoldsAllAsync(ledger, 5003);
    }

    [Fact]
    public async Task A_payload_too_long_for_memory_and_one_that_its_caller_writes_over_are_journaled_as_they_are_stored()
    {
        await using var ledger = await TestLedger.StartAsync();
        var payload = "\"0000000000\""u8.ToArray();
        await ledger.Events.AppendAsync(s_stream, ExpectedVersion.Any, [new(Guid.CreateVersion7(), "test-happened", 1, payload, "system")]);
        payload.AsSpan(1, 10).Fill((byte)'1');
        var longest = new byte[NewEvent.MaxPayloadLength];
        longest.AsSpan().Fill((byte)'7');
        await ledger.Events.AppendAsync(s_stream, ExpectedVersion.Any, [new(Guid.CreateVersion7(), "test-happened", 1, longest, "system")]);
        await ledger.UntilPublishedAsync(2);
        await AssertHoldsAllAsync(ledger, 2);
    }

    [Fact]
    public async Task A_torn_file_says_nothing_after_the_tear_wherever_it_is()
    {
        var folder = (await PostgresCluster.SharedAsync()).NewFolder();
        JournaledEvent[] events = [.. Enumerable.Range(0, 4).Select(i => new JournaledEvent(new byte[100 + i], new byte[16], new byte[i]))];
        using (var writer = new JournalWriter(folder, 7, static _ => { }))
        {
            Array.ForEach(events, writer.Append);
            writer.Flush();
        }

        var file = Assert.Single(JournalFile.In(folder));
        var whole = await File.ReadAllBytesAsync(file.Path);
        int[] ends = [.. events.Select((_, i) => 16 + events[..(i + 1)].Sum(e => 8 + e.BodyLength))];
        for (var length = 0; length <= whole.Length; length++)
        {
            await File.WriteAllBytesAsync(file.Path, whole[..length]);
            Assert.Equal(ends.Count(end => end <= length), file.Read().Count());
        }

        // A page that never reached the disk reads as zeros.
        for (var from = 0; from < whole.Length; from += 13)
        {
            var torn = whole.ToArray();
            torn.AsSpan(from).Clear();
            await File.WriteAllBytesAsync(file.Path, torn);
            Assert.True(file.Read().Count() <= ends.Count(end => end <= from) + 1);
            Assert.All(file.Read().Zip(events), pair => Assert.True(pair.First.Entry.Span.SequenceEqual(pair.Second.Entry.Span)));
        }
    }

    [Fact]
    public async Task Files_that_overlap_read_as_one_and_a_gap_ends_it()
    {
        var folder = (await PostgresCluster.SharedAsync()).NewFolder();
        Write(folder, 0, 10);
        Write(folder, 6, 3);
        Write(folder, 8, 6);
        Write(folder, 20, 2);

        var journal = new JournalReader(folder);
        Assert.Equal((0UL, 14UL), journal.Span());
        Assert.Equal(Enumerable.Range(3, 11).Select(i => (ulong)i), journal.From(3).Select(e => e.Index.Value));
        Assert.All(journal.From(0), e => Assert.Equal((byte)e.Index.Value, e.Event.Entry.Span[0]));
        Assert.Equal(22UL, journal.Tail()!.Value.End);
    }

    [Fact]
    public async Task A_long_log_has_several_files_of_one_tile_of_the_second_level_each()
    {
        var folder = (await PostgresCluster.SharedAsync()).NewFolder();
        Write(folder, 100, JournalFile.MaxEvents + 5);
        Assert.Equal([100UL, 100UL + JournalFile.MaxEvents], JournalFile.In(folder).Select(f => f.First));
        Assert.Equal(105UL + JournalFile.MaxEvents, new JournalReader(folder).Tail()!.Value.End);
    }

    [Fact]
    public async Task Behind_a_full_file_an_empty_one_is_no_beginning()
    {
        var folder = (await PostgresCluster.SharedAsync()).NewFolder();
        Write(folder, 0, JournalFile.MaxEvents);
        await File.WriteAllBytesAsync(Path.Combine(folder, JournalFile.NameOf(JournalFile.MaxEvents)), []);
        Assert.Equal((ulong)JournalFile.MaxEvents, new JournalReader(folder).Tail()!.Value.End);
    }

    // The disk fails at each step, or the process is gone there, in the middle of a growing log.
    [Theory]
    [InlineData(LedgerStep.JournalBegun)]
    [InlineData(LedgerStep.JournalWritten)]
    [InlineData(LedgerStep.JournalSynced)]
    public async Task A_failing_journal_delays_checkpoints_and_none_is_ahead_of_it(object step)
    {
        var options = await TestLedger.NewOptionsAsync();
        var failures = 0;
        await using (var ledger = await TestLedger.StartAsync(options with
        {
            Reached = reached =>
        {
            if (reached == (LedgerStep)step && ++failures is 1 or 2 or 4)
            {
                throw new IOException("the disk says no");
            }
        }
        }))
        {
            for (var i = 0; i < 6; i++)
            {
                await ledger.Events.AppendAsync(s_stream, ExpectedVersion.Any, [.. Enumerable.Range(0, 50).Select(TestEvents.New)]);
                await ledger.UntilPublishedAsync(50 * (i + 1));
                Assert.True(new JournalReader(options.JournalFolder!).Tail()!.Value.End >= ledger.Log.Head().Size.Value);
            }

            Assert.True(failures >= 3);
            await AssertHoldsAllAsync(ledger, 300);
            await LogAudit.CheckAsync(ledger.Log);
        }

        await using var again = await TestLedger.StartAsync(options);
        await AssertHoldsAllAsync(again, 300);
    }

    private static void Write(string folder, ulong first, int count)
    {
        using var writer = new JournalWriter(folder, first, static _ => { });
        for (var i = 0; i < count; i++)
        {
            writer.Append(new(new byte[] { (byte)(first + (ulong)i), 1, 2 }, new byte[16], Array.Empty<byte>()));
        }

        writer.Flush();
    }

    private static async Task AssertHoldsAllAsync(TestLedger ledger, int size)
    {
        var journaled = new JournalReader(ledger.Options.JournalFolder!).From(0).Take(size).Select(e => e.Event).ToArray();
        Assert.Equal(size, journaled.Length);
        var entries = (await LogAudit.CheckAsync(ledger.Log)).Entries;
        for (var i = 0; i < size; i++)
        {
            Assert.Equal(entries[i].Encode(), journaled[i].Entry.ToArray());
            Assert.Equal(entries[i].Payload, PayloadDigest.Of(journaled[i].Salt.Span, journaled[i].Payload.Span));
        }
    }
}

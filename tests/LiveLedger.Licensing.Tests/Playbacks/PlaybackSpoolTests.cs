using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;
using LiveLedger.Licensing.Playbacks;

namespace LiveLedger.Licensing.Tests.Playbacks;

public sealed class PlaybackSpoolTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_line_gives_back_the_event_with_its_very_bytes()
    {
        var spooled = Event(payload: """{"text":"ä \" } {","n":1.50}""");
        var line = spooled.ToLine();

        Assert.Equal((byte)'\n', line[^1]);
        Assert.True(SpooledEvent.TryParse(System.Text.Encoding.UTF8.GetString(line), out var read));
        Assert.Equal(spooled.Event.PayloadJson.ToArray(), read.Event.PayloadJson.ToArray());
        Assert.Equal(spooled with { Event = spooled.Event with { PayloadJson = default } }, read with { Event = read.Event with { PayloadJson = default } });
    }

    [Fact]
    public async Task What_was_spooled_enters_the_ledger_once_even_when_it_is_delivered_twice()
    {
        await using var ledger = await TestLedger.StartAsync();
        var events = Enumerable.Range(0, 40).Select(i => Event(i % 3)).ToArray();
        using (var before = await StartSpoolAsync())
        {
            await Task.WhenAll(events.Select(e => before.WriteAsync(e, default)));
            await before.StopAsync(default);
        }

        // A crash tore the line that was being written; nobody had an answer for it.
        var file = Assert.Single(Files());
        await File.AppendAllTextAsync(file, """{"stream":"playback/torn","id":""");
        var kept = await File.ReadAllBytesAsync(file);

        for (var round = 0; round < 2; round++)
        {
            await File.WriteAllBytesAsync(file, kept);
            using var spool = await StartSpoolAsync();
            using var delivery = new SpoolDelivery(spool, ledger.Events, TimeProvider.System, new CapturedLog<SpoolDelivery>());
            await delivery.StartAsync(default);
            await ledger.UntilAsync(() => !Files().Any(), "the spool is empty");
            await delivery.StopAsync(default);
            await spool.StopAsync(default);
        }

        await ledger.UntilPublishedAsync(events.Length);
        var logged = (await LogAudit.CheckAsync(ledger.Log)).Entries;
        Assert.Equal(events.Length, logged.Count);
        for (var stream = 0; stream < 3; stream++)
        {
            var expected = events.Where((_, i) => i % 3 == stream).Select(e => e.Event.Id).ToHashSet();
            var actual = await ledger.Events.ReadStreamAsync(new($"playback/{stream}")).Select(e => e.Id).ToListAsync();
            Assert.True(expected.SetEquals(actual));
        }
    }

    [Fact]
    public async Task After_an_outage_leases_reach_the_ledger_before_all_that_waits_with_them_and_the_last_one_first()
    {
        await using var ledger = await TestLedger.StartAsync();
        using var spool = await StartSpoolAsync();
        for (var file = 0; file < 3; file++)
        {
            await spool.WriteAsync(Event(file), default);
            await spool.WriteAsync(Event(payload: $$"""{"n":{{file}}}""", type: "playback-renewed", stream: "entitlement/e"), default);
            await spool.FinishedAsync(default);
        }

        using var delivery = new SpoolDelivery(spool, ledger.Events, TimeProvider.System, new CapturedLog<SpoolDelivery>());
        await delivery.StartAsync(default);
        await ledger.UntilAsync(() => !Files().Any(), "the spool is empty");
        await delivery.StopAsync(default);
        await spool.StopAsync(default);
        await ledger.UntilPublishedAsync(6);
        var logged = (await LogAudit.CheckAsync(ledger.Log)).Entries;
        var types = logged.Select(static e => e.Type).ToList();
        Assert.Equal([.. Enumerable.Repeat("playback-renewed", 3), .. Enumerable.Repeat("licence-granted", 3)], types);
        var payloads = await ledger.Events.ReadStreamAsync(new("entitlement/e")).Select(static e => System.Text.Encoding.UTF8.GetString(e.PayloadJson.Span)).ToListAsync();
        Assert.Equal(["""{"n":2}""", """{"n":1}""", """{"n":0}"""], payloads);
    }

    [Fact]
    public async Task Files_that_are_still_written_are_not_handed_out()
    {
        using var spool = await StartSpoolAsync();
        await spool.WriteAsync(Event(), default);
        var first = await spool.FinishedAsync(default);
        await spool.WriteAsync(Event(), default);

        Assert.Single(first);
        Assert.Equal(2, Files().Count());
        Assert.Equal(first[0], (await spool.FinishedAsync(default))[0]);
        await spool.StopAsync(default);
    }

    [Fact]
    public async Task A_disk_that_says_no_is_an_error_and_not_a_promise()
    {
        using var spool = await StartSpoolAsync();
        Directory.Delete(_folder.Path, recursive: true);
        await Assert.ThrowsAsync<IOException>(() => spool.WriteAsync(Event(), default));

        Directory.CreateDirectory(_folder.Path);
        await spool.WriteAsync(Event(), default);
        Assert.Single(Files());
        await spool.StopAsync(default);
    }

    private async Task<PlaybackSpool> StartSpoolAsync()
    {
        var spool = new PlaybackSpool(_folder.Path);
        await spool.StartAsync(default);
        return spool;
    }

    private IEnumerable<string> Files() => Directory.EnumerateFiles(_folder.Path, "*.spool");

    private static SpooledEvent Event(int stream, string payload = """{"n":1}""") => Event(payload, stream: $"playback/{stream}");

    private static SpooledEvent Event(string payload = """{"n":1}""", string type = "licence-granted", string stream = "playback/0") =>
        new(new(stream), new NewEvent(Guid.CreateVersion7(), type, 1, System.Text.Encoding.UTF8.GetBytes(payload), "system"));
}

using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Server;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Stories;

/// <summary>A broadcast is made, watched and ended, and the auditor finds everything that was logged of it; its owner too, and nobody else.</summary>
public sealed class The_auditor_asks(OneServer one)
{
    [Fact]
    public async Task Everything_logged_of_a_broadcast_is_found_by_its_owner_and_the_auditor_and_by_nobody_else()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "asked-acme");
        using var rival = await Broadcaster.AdmitAsync(one.Server, "asked-rival");
        var broadcast = await acme.GoLiveAsync();
        var other = await rival.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 2);
        await broadcast.WaitLoggedAsync();
        var viewer = await Viewer.ComeAsync(broadcast, "ann");
        await viewer.EntitleAsync();
        Assert.Equal(HttpStatusCode.OK, (await viewer.AskAsync(await broadcast.KeyIdAsync("0"))).StatusCode);
        await broadcast.EndAsync();

        using var auditor = one.Server.As(await Broadcaster.TokenAsync(one.Server, "eve", "auditor"));
        var rows = await UntilEndedAsync(auditor, broadcast.Id.ToString());
        string[] types = [.. rows.Select(static r => r.Entry.Type)];
        Assert.Equal("broadcast-created", types[0]);
        Assert.All((string[])["signer-certified", "broadcast-started", "segment-sealed", "entitlement-granted", "licence-granted", "broadcast-ended"], t => Assert.Contains(t, types));

        // Exactly these, by somebody who reads the whole log and knows no index: every stream of the broadcast, none of another's.
        Assert.True(VerifierKey.TryParse((await one.Server.Http.GetStringAsync("/log/key")).TrimEnd('\n'), out var key));
        var log = (await LogAudit.CheckAsync(one.Server.Http, key)).Entries;
        var streams = rows.Select(static r => r.Entry.Stream).ToHashSet();
        Assert.Equal(log.Where(e => streams.Contains(e.Stream)), rows.Select(static r => r.Entry));
        Assert.All(log.Where(e => e.Stream.Contains(broadcast.Id.ToString(), StringComparison.Ordinal)), e => Assert.Contains(e.Stream, streams));
        Assert.DoesNotContain(rows, r => Encoding.UTF8.GetString(r.Payload).Contains(other.Id.ToString(), StringComparison.Ordinal));

        // The owner finds the same; nobody else finds it, or that it exists.
        var own = await EntriesAsync(acme.Api, broadcast.Id.ToString());
        Assert.Equal(rows.Select(static r => r.Entry), own.Select(static r => r.Entry));
        foreach (var path in Paths(broadcast.Id.ToString()))
        {
            Assert.Equal(HttpStatusCode.NotFound, (await rival.Api.GetAsync(path)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await acme.Api.GetAsync(path)).StatusCode);
            var anonymous = await one.Server.Http.GetAsync(path);
            Assert.Equal((HttpStatusCode.Unauthorized, "token-missing"), (anonymous.StatusCode, (await anonymous.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>()));
            using var watching = one.Server.As(viewer.Token);
            Assert.Equal(HttpStatusCode.Unauthorized, (await watching.GetAsync(path)).StatusCode);
        }
    }

    private static string[] Paths(string broadcast) =>
        [$"/v1/ledger/entries?broadcast={broadcast}", $"/v1/ledger/streams?broadcast={broadcast}", $"/v1/ledger/streams/broadcast/{broadcast}", $"/v1/ledger/streams/segments/{broadcast}/0"];

    // The index follows the log within moments; a playback's events within a second.
    private static async Task<List<(LedgerEntry Entry, byte[] Payload)>> UntilEndedAsync(HttpClient client, string broadcast)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var rows = await EntriesAsync(client, broadcast);
            if (rows.Any(static r => r.Entry.Type == "broadcast-ended"))
            {
                return rows;
            }

            await Task.Delay(100, patience.Token);
        }
    }

    private static async Task<List<(LedgerEntry Entry, byte[] Payload)>> EntriesAsync(HttpClient client, string broadcast)
    {
        var page = await client.GetFromJsonAsync<JsonElement>($"/v1/ledger/entries?broadcast={broadcast}&limit=1000");
        Assert.Equal(JsonValueKind.Null, page.GetProperty("next").ValueKind);
        return [.. page.GetProperty("items").EnumerateArray().Select(static item =>
        {
            Assert.True(LedgerEntry.TryParse(item.GetProperty("entry").GetBytesFromBase64(), out var entry));
            return (entry!, item.GetProperty("payload").GetBytesFromBase64());
        })];
    }
}

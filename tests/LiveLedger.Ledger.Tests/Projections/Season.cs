using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Media;

namespace LiveLedger.Ledger.Tests.Projections;

/// <summary>
/// Events as the stages write them, a thousand of each broadcast: it is made and made private, offers are sold, viewers come and some are sent away, it is taken down and
/// restored, segments are sealed, and it ends. In the stored formats, by hand: those never change.
/// </summary>
internal static class Season
{
    public const int EventsOfEach = 1000;
    public const int Viewers = 40;
    public const int SentAway = 10;

    /// <summary>Of the viewers, those whose names were kept and who have everything: from before there were offers, or by a ticket.</summary>
    public const int Unlimited = 3 * Viewers / 8;

    public const int Segments = EventsOfEach - OfItself - OfOffers - OfWebhooks - OfWallets - OfSwarm - Viewers - SentAway - OfOthers - Playbacks * OfPlayback;

    /// <summary>Events that are of every broadcast, and so of none: a relay for all of them.</summary>
    public const int OfAllBroadcasts = 2;

    private const int OfItself = 7;
    private const int OfOffers = 4;
    private const int OfWebhooks = 3;
    private const int OfWallets = 4;
    private const int OfOthers = 6;
    private const int OfSwarm = 14;
    private const int Playbacks = 4;
    private const int OfPlayback = 10;

    /// <summary>The last of every ten broadcasts goes on.</summary>
    public static bool Ends(int number) => number % 10 != 9;

    /// <summary>Many at once, so that they come in the log between one another.</summary>
    public static Task AppendAsync(EventStore events, int broadcasts) => Parallel.ForAsync(
        0, broadcasts, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, _) => await BroadcastAsync(events, number));

    private static async Task BroadcastAsync(EventStore events, int number)
    {
        var broadcast = BroadcastId.New(TimeProvider.System);
        const string At = "\"at\":\"2026-11-21T10:00:00+00:00\"";
        var own = $"broadcast/{broadcast}";
        await AppendAsync(own, Event("broadcast-created", $$"""{{{At}},"title":"Show {{number}}","owner":"of-{{number % 97}}","scheme":"Cbcs","sessionKey":"a","ingestKeyHash":"b"}"""));
        await AppendAsync(own, Event("peers-chosen", $$"""{{{At}},"peers":"Relays"}"""));
        await AppendAsync(own, Event("signer-certified", $$"""{{{At}},"certificate":"c"}"""));
        await AppendAsync(own, Event("broadcast-started", $$"""{{{At}}}"""));

        await AppendAsync(own, Event("broadcast-taken-down", $$"""{{{At}},"reason":"by mistake","by":"operator"}"""), Event("broadcast-restored", $$"""{{{At}},"by":"operator"}"""));

        var offer = Guid.CreateVersion7().ToString("N");
        await AppendAsync($"offer/{offer}", Offer("offer-created", 1), Offer("offer-revised", 2));
        await AppendAsync($"offer/{Guid.CreateVersion7():N}", Offer("offer-created", 1), Event("offer-withdrawn", $$"""{"broadcast":"{{broadcast}}"}"""));

        var hook = Event("webhook-added", $$"""{"broadcast":"{{broadcast}}","sealedUrl":"{{Convert.ToBase64String(BitConverter.GetBytes(number))}}","types":["entitlement.granted"],"after":{{number}}}""");
        await AppendAsync($"webhook/{Guid.CreateVersion7():N}", hook);
        await AppendAsync($"webhook/{Guid.CreateVersion7():N}", hook with { Id = Guid.CreateVersion7() }, Event("webhook-removed", $$"""{"broadcast":"{{broadcast}}"}"""));

        // One of before the names of wallets were kept, one that is linked, one that was.
        var linked = $"\"broadcast\":\"{broadcast}\",\"viewer\":\"{StrictBase64Url.Encode([.. Enumerable.Range(0, 32).Select(i => (byte)(number + i))])}\"";
        var unnamed = Event("wallet-linked", $$"""{{{linked}},"subject":"{{Guid.CreateVersion7():N}}","name":"AAAA"}""");
        var withName = Event("wallet-linked", $$"""{{{linked}},"subject":"{{Guid.CreateVersion7():N}}","name":"AAAA","wallet":"BBBB"}""") with { Schema = 2 };
        await AppendAsync($"wallet/{Guid.CreateVersion7():N}", unnamed);
        await AppendAsync($"wallet/{Guid.CreateVersion7():N}", withName);
        await AppendAsync($"wallet/{Guid.CreateVersion7():N}", withName with { Id = Guid.CreateVersion7() }, Event("wallet-unlinked", $$"""{{{linked}}}"""));

        const string Granted = "\"name\":\"edge\",\"origin\":\"https://relay.example\",\"uploadLimit\"";
        await AppendAsync($"relay/{Guid.CreateVersion7():N}", Event("relay-granted", $$"""{"broadcast":"{{broadcast}}",{{Granted}}:8000000}"""));
        await AppendAsync($"relay/{Guid.CreateVersion7():N}", Event("relay-granted", $$"""{"broadcast":null,{{Granted}}:null}"""), Event("relay-withdrawn", """{"broadcast":null}"""));
        string[] peers = [.. Enumerable.Range(0, 2).Select(p => StrictBase64Url.Encode([.. Enumerable.Range(0, 32).Select(i => (byte)(p * 11 + number + i))]))];
        await AppendAsync($"ban/{broadcast}/{peers[0]}", Ban(peers[0]));
        await AppendAsync($"ban/{broadcast}/{peers[1]}", Ban(peers[1]), Event("peer-unbanned", $$"""{"broadcast":"{{broadcast}}","peer":"{{peers[1]}}"}"""));
        var swarm = new SeasonSwarm(broadcast, number);
        foreach (var (peer, key) in new[] { (peers[0], swarm.Sender), (peers[1], swarm.Receiver) })
        {
            await AppendAsync($"admission/{broadcast}/{key[..22]}", Event("peer-admitted", $$"""{"broadcast":"{{broadcast}}","peer":"{{peer}}","key":"{{key}}","role":"viewer","private":false,"issuedAt":"2026-11-21T10:00:00+00:00","expiresAt":"2026-11-21T10:10:00+00:00"}"""));
        }

        // Two that contradict one another: a fork that nobody has named yet. And one that was named.
        foreach (var batch in new[] { swarm.Batch(total: 100), swarm.Batch(total: 99) })
        {
            await AppendAsync($"receipts/{Guid.CreateVersion7():N}", Event("receipts-filed", $$"""{"broadcast":"{{broadcast}}","batch":"{{batch}}"}"""));
        }

        await AppendAsync($"fork/{broadcast}/x", Event("receipt-forked", $$"""{"broadcast":"{{broadcast}}","kind":2,"first":"{{swarm.Receipt(total: 70, link: 2)}}","second":"{{swarm.Receipt(total: 71, link: 2)}}"}"""));

        var segment = "\"track\":\"video\",\"epoch\":0,\"sequence\":3";
        await AppendAsync(
            $"conviction/{broadcast}/{peers[0]}",
            Event("peer-convicted", $$"""{"broadcast":"{{broadcast}}","peer":"{{peers[0]}}","key":"{{peers[1]}}","role":"viewer",{{segment}},"chunk":{{number}},"proof":"AAAA"}"""),
            Event("peer-pardoned", $$"""{"broadcast":"{{broadcast}}","peer":"{{peers[0]}}","reason":"a disk {{number}}"}"""));
        await AppendAsync($"conviction/{broadcast}/video/0/3", Event("publisher-equivocated", $$"""{"broadcast":"{{broadcast}}","identity":"{{peers[1]}}",{{segment}},"proof":"AAAA"}"""));

        for (var viewer = 0; viewer < Viewers; viewer++)
        {
            var entitlement = $"entitlement/{Guid.CreateVersion7():N}";
            var pseudonym = StrictBase64Url.Encode([.. Enumerable.Range(0, 32).Select(i => (byte)(viewer * 7 + number + i))]);

            // Some of before names were kept, some of before there were offers, some by tickets on a chain.
            var named = $"\"broadcast\":\"{broadcast}\",\"viewer\":\"{pseudonym}\",\"subject\":\"{Guid.CreateVersion7():N}\",\"name\":\"{pseudonym}\"";
            await AppendAsync(entitlement, (viewer % 8) switch
            {
                0 => Event("entitlement-granted", $$"""{"broadcast":"{{broadcast}}","viewer":"{{pseudonym}}"}"""),
                1 or 2 => Event("entitlement-granted", $$"""{{{named}}}""") with { Schema = 2 },
                3 => Event("entitlement-granted", $$"""{{{named}},"offer":null,"offerVersion":null,"ticket":"31337-00000000000000000000000000000000000000aa-{{number * Viewers + viewer}}"}""") with { Schema = 4, Actor = "chain" },
                _ => Event("entitlement-granted", $$"""{{{named}},"offer":"{{offer}}","offerVersion":{{viewer % 2 + 1}}}""") with { Schema = 3 },
            });
            if (viewer < SentAway)
            {
                await AppendAsync(entitlement, Event("entitlement-revoked", $$"""{"broadcast":"{{broadcast}}"}"""));
            }

            // What else becomes of one, each of another.
            string[] others = viewer switch
            {
                SentAway => ["entitlement-suspended"],
                SentAway + 1 => ["entitlement-suspended", "entitlement-resumed"],
                SentAway + 2 => ["entitlement-refunded"],
                SentAway + 3 => ["entitlement-transferred"],
                SentAway + 4 => ["playback-opened"],
                _ => [],
            };
            foreach (var type in others)
            {
                await AppendAsync(entitlement, Event(type, $$"""{{{named}}}"""));
            }
        }

        for (var playback = 0; playback < Playbacks; playback++)
        {
            await AppendAsync($"playback/{Guid.CreateVersion7():N}", [.. Enumerable.Range(0, OfPlayback).Select(_ => Event("licence-granted", $$"""{"broadcast":"{{broadcast}}"}"""))]);
        }

        foreach (var (track, first) in ((string, int)[])[("video", 0), ("audio", 1), ("video", 2), ("audio", 3)])
        {
            await AppendAsync($"segments/{broadcast}/{track}", [.. Enumerable.Range(0, Segments).Where(n => n % 4 == first).Select(n => TestEvents.New(n) with { Type = "segment-sealed" })]);
        }

        await AppendAsync(own, Ends(number)
            ? Event("broadcast-ended", $$"""{{{At}},"tracks":[{"track":"video","segments":453,"lastRecord":null}]}""")
            : Event("ingest-key-rotated", $$"""{{{At}},"ingestKeyHash":"d"}"""));

        NewEvent Ban(string peer) => Event("peer-banned", $$"""{"broadcast":"{{broadcast}}","peer":"{{peer}}","reason":"bad chunks {{number}}"}""");

        NewEvent Offer(string type, int version) => Event(type, $$"""{"broadcast":"{{broadcast}}","version":{{version}},"offer":{"name":"Night {{version}}","devices":3} }""");

        async Task AppendAsync(string stream, params NewEvent[] some) => await events.AppendAsync(new(stream), ExpectedVersion.Any, some);
    }

    private static NewEvent Event(string type, string payload) => new(Guid.CreateVersion7(), type, 1, Encoding.UTF8.GetBytes(payload), "broadcaster");
}

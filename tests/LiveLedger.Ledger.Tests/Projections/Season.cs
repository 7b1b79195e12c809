using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Media;

namespace LiveLedger.Ledger.Tests.Projections;

/// <summary>
/// Events as the stages write them, a thousand of each broadcast: it is made, viewers come and some are sent away, segments are sealed, and it
/// ends. In the stored formats, by hand: those never change.
/// </summary>
internal static class Season
{
    public const int EventsOfEach = 1000;
    public const int Viewers = 40;
    public const int SentAway = 10;
    public const int Segments = EventsOfEach - OfItself - Viewers - SentAway - Playbacks * OfPlayback;

    private const int OfItself = 4;
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
        await AppendAsync(own, Event("signer-certified", $$"""{{{At}},"certificate":"c"}"""));
        await AppendAsync(own, Event("broadcast-started", $$"""{{{At}}}"""));

        for (var viewer = 0; viewer < Viewers; viewer++)
        {
            var entitlement = $"entitlement/{Guid.CreateVersion7():N}";
            var pseudonym = StrictBase64Url.Encode([.. Enumerable.Range(0, 32).Select(i => (byte)(viewer * 7 + number + i))]);

            // Some of before names were kept.
            await AppendAsync(entitlement, viewer % 8 == 0
                ? Event("entitlement-granted", $$"""{"broadcast":"{{broadcast}}","viewer":"{{pseudonym}}"}""")
                : Event("entitlement-granted", $$"""{"broadcast":"{{broadcast}}","viewer":"{{pseudonym}}","subject":"{{Guid.CreateVersion7():N}}","name":"{{pseudonym}}"}""") with { Schema = 2 });
            if (viewer < SentAway)
            {
                await AppendAsync(entitlement, Event("entitlement-revoked", $$"""{"broadcast":"{{broadcast}}"}"""));
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

        async Task AppendAsync(string stream, params NewEvent[] some) => await events.AppendAsync(new(stream), ExpectedVersion.Any, some);
    }

    private static NewEvent Event(string type, string payload) => new(Guid.CreateVersion7(), type, 1, Encoding.UTF8.GetBytes(payload), "broadcaster");
}

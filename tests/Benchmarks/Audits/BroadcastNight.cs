using System.Text;
using LiveLedger.Harness.Bundles;
using LiveLedger.Ledger;
using LiveLedger.Media;

namespace LiveLedger.Benchmarks.Audits;

/// <summary>Two hours of a broadcast as events: its life, a signed record every 2 seconds of 3 tracks, and 3,000 viewers with 30 licences each.</summary>
internal static class BroadcastNight
{
    private const int Segments = 2 * 3600 / 2;
    private const int Viewers = 3000;
    private const int Licences = 30;

    private static readonly string[] s_tracks = ["video-hd", "video-sd", "audio"];

    /// <summary>Events of one of them.</summary>
    public const int Count = 3 + 3 * Segments + Viewers * (1 + Licences);

    /// <summary>Appends it, in the order in which a night goes by.</summary>
    public static async Task AppendAsync(EventStore events, BroadcastId id, SampleRecords records)
    {
        StreamName life = new($"broadcast/{id}");
        await AppendAsync(events, life, ("broadcast-created", """{"title":"Night"}"""u8.ToArray()), ("signer-certified", records.Certified()));
        for (var first = 0; first < Segments; first += 60)
        {
            foreach (var track in s_tracks)
            {
                await AppendAsync(events, new($"segments/{id}/{track}"), [.. Enumerable.Range(0, 60).Select(_ => ("segment-sealed", records.Sealed(track)))]);
            }

            // Each viewer once in a while, so that streams of viewers and segments lie mixed.
            for (var viewer = first / 60; viewer < Viewers; viewer += Segments / 60)
            {
                await AppendAsync(events, new($"entitlement/{id}-{viewer}"), ("entitlement-granted", Payload(id, viewer, "\"name\":\"QmFzZTY0dXJsIG9mIHNvbWUgc2VhbGVkIG5hbWUgb2YgYSB2aWV3ZXIsIHBhZGRlZCB0byA2NA\"")));
                await AppendAsync(events, new($"playback/{id}-{viewer}"), [.. Enumerable.Range(0, Licences).Select(renewal =>
                    ("licence-granted", Payload(id, viewer, $"\"entitlement\":\"{Guid.Empty}\",\"kids\":[\"{Guid.Empty:n}\",\"{Guid.Empty:n}\"],\"renewal\":{(renewal > 0 ? "true" : "false")},\"at\":\"2026-11-21T02:14:09Z\"")))]);
            }
        }

        await AppendAsync(events, life, ("broadcast-ended", records.Ended()));
    }

    private static byte[] Payload(BroadcastId id, int viewer, string more) =>
        Encoding.UTF8.GetBytes($$"""{"broadcast":"{{id}}","viewer":"{{viewer:x64}}",{{more}}}""");

    private static async Task AppendAsync(EventStore events, StreamName stream, params (string Type, byte[] Payload)[] more)
    {
        var result = await events.AppendAsync(stream, ExpectedVersion.Any, [.. more.Select(static e => new NewEvent(Guid.CreateVersion7(), e.Type, 1, e.Payload, "system"))]);
        if (!result.IsStored)
        {
            throw new InvalidOperationException("nobody else appends to this stream");
        }
    }
}

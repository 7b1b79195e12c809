using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Media;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>A broadcast whose keys change every ten seconds, fetched and licensed over HTTP and decrypted by ffmpeg, which knows nothing of our code.</summary>
public sealed class Keys_change_by_period(OneServer one)
{
    [Theory]
    [InlineData("cbcs", "init", 3)]
    [InlineData("cenc", "init", 3)]
    // ffmpeg looks no key up by its id, in fragments or elsewhere: it takes the one it is told, and the rest from the init segment.
    [InlineData("cbcs", "in-band", 1)]
    public async Task Ffmpeg_decrypts_each_periods_segments_with_that_periods_key_only(string scheme, string signalling, int inits)
    {
        using var source = await CmafSource.MakeAsync(24);
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync(scheme: scheme, keyPeriodSeconds: 10, keySignalling: signalling);
        await broadcast.PublishAsync(source, 0, 12);
        // After the end every key is due.
        await broadcast.EndAsync();
        var viewer = await Viewer.ComeAsync(broadcast, "ann");
        await viewer.EntitleAsync();

        foreach (var track in source.Tracks)
        {
            var periods = await PeriodsAsync(broadcast, track);
            Assert.Equal([5, 5, 2], periods.Select(static p => p.Segments.Count));
            Assert.Equal(inits, periods.DistinctBy(static p => Convert.ToHexString(p.Init)).Count());
            // An auditor finds the init segment by the key period of each record, whatever form the keys have.
            Assert.Equal(12, (await broadcast.AuditTrackAsync(track)).Count);
            var keys = await KeysAsync(viewer, [.. periods.Select(static p => p.KeyId)]);
            var sent = source.Segments(track);
            var at = 0;
            foreach (var period in periods)
            {
                var clear = await FramesAsync([source.Init(track), .. sent.Skip(at).Take(period.Segments.Count)]);
                Assert.True(clear.Length > 40, $"only {clear.Length} frames");
                foreach (var (kid, key) in keys)
                {
                    var decrypted = await FramesAsync([period.Init, .. period.Segments], key);
                    if (kid == period.KeyId)
                    {
                        Assert.Equal(clear, decrypted);
                    }
                    else
                    {
                        Assert.Empty(clear.Intersect(decrypted));
                    }
                }

                at += period.Segments.Count;
            }
        }
    }

    [Fact]
    public async Task The_ids_of_the_next_periods_keys_are_told_a_period_early_and_are_those_that_come()
    {
        using var source = await CmafSource.MakeAsync(24);
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync(keyPeriodSeconds: 10);
        await broadcast.PublishAsync(source, 0, 1);
        var told = await AnnouncedAsync();
        Assert.Equal("keys-1", told.Name);
        await broadcast.PublishAsync(source, 1, 6, init: false);
        Assert.Equal("keys-2", (await AnnouncedAsync()).Name);

        var come = new List<string>();
        foreach (var track in source.Tracks)
        {
            var listed = (await one.Server.Http.GetStringAsync($"/live/{broadcast.Id}/{track}/media.m3u8")).Split("KEYID=0x")[1..].Select(static rest => rest[..32]).ToArray();
            Assert.DoesNotContain(listed[0], told.Ids);
            come.Add(listed[1]);
        }

        Assert.InRange(come.Distinct().Count(), 2, 3);
        Assert.Subset(told.Ids.ToHashSet(), come.ToHashSet());
        await broadcast.EndAsync();
        Assert.DoesNotContain("#EXT-X-DATERANGE", await one.Server.Http.GetStringAsync($"/live/{broadcast.Id}/{source.Tracks[0]}/media.m3u8"));

        async Task<(string Name, string[] Ids)> AnnouncedAsync()
        {
            var line = Assert.Single((await one.Server.Http.GetStringAsync($"/live/{broadcast.Id}/{source.Tracks[0]}/media.m3u8")).Split('\n'), static l => l.StartsWith("#EXT-X-DATERANGE:", StringComparison.Ordinal));
            return (line.Split('"')[1], line.Split("X-KEYIDS=\"")[1].TrimEnd('"').Split(','));
        }
    }

    [Fact]
    public async Task A_broadcast_says_how_its_keys_are_named_and_takes_no_other_way()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        foreach (var (asked, said) in new[] { ((string?)null, "init"), ("init", "init"), ("in-band", "in-band") })
        {
            var made = await acme.CreateAsync(keyPeriodSeconds: 10, keySignalling: asked);
            Assert.Equal(said, (await acme.Api.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{made.Id}"))!["keySignalling"]!.GetValue<string>());
        }

        var refused = await acme.Api.PostAsJsonAsync("/v1/broadcasts", new { title = "Test", keySignalling = "seig" });
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("key-signalling-unknown", await refused.Content.ReadAsStringAsync());
    }

    private async Task<List<Period>> PeriodsAsync(RunningBroadcast broadcast, string track)
    {
        var folder = $"/live/{broadcast.Id}/{track}/";
        var periods = new List<Period>();
        byte[] init = [];
        foreach (var line in (await one.Server.Http.GetStringAsync($"{folder}media.m3u8")).Split('\n'))
        {
            if (line.StartsWith("#EXT-X-MAP:", StringComparison.Ordinal))
            {
                init = await one.Server.Http.GetByteArrayAsync(folder + line.Split('"')[1]);
            }
            else if (line.StartsWith("#EXT-X-KEY:", StringComparison.Ordinal))
            {
                periods.Add(new(Base64Url.EncodeToString(Convert.FromHexString(line.Split("KEYID=0x")[1][..32])), init, []));
            }
            else if (line.EndsWith(".m4s", StringComparison.Ordinal))
            {
                periods[^1].Segments.Add(await one.Server.Http.GetByteArrayAsync(folder + line));
            }
        }

        return periods;
    }

    private static async Task<Dictionary<string, string>> KeysAsync(Viewer viewer, string[] kids)
    {
        var licence = (await (await viewer.AskAsync(kids)).EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>())!;
        var keys = licence["keys"]!.AsArray().ToDictionary(static k => k!["kid"]!.GetValue<string>(), static k => Convert.ToHexStringLower(Base64Url.DecodeFromChars(k!["k"]!.GetValue<string>())));
        Assert.Equal(kids.Order(), keys.Keys.Order());
        return keys;
    }

    /// <summary>The hashes of the frames that ffmpeg decodes, decrypted first with a key if there is one.</summary>
    private static async Task<string[]> FramesAsync(IEnumerable<byte[]> stream, string? key = null)
    {
        string[] decrypt = key is null ? [] : ["-decryption_key", key];
        var start = new ProcessStartInfo("ffmpeg", ["-nostdin", "-v", "quiet", .. decrypt, "-i", "pipe:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var ffmpeg = Process.Start(start)!;
        var output = ffmpeg.StandardOutput.ReadToEndAsync();
        try
        {
            await using var input = ffmpeg.StandardInput.BaseStream;
            foreach (var piece in stream)
            {
                await input.WriteAsync(piece);
            }
        }
        catch (IOException) when (key is not null)
        {
            // What a wrong key makes of the stream may be such that ffmpeg reads no further.
        }

        await ffmpeg.WaitForExitAsync();
        // With a wrong key ffmpeg may or may not call the garbage an error.
        return [.. (await output).Split('\n').Where(static line => line.Length > 0 && line[0] != '#').Select(static line => line.Split(',')[^1].Trim())];
    }

    private sealed record Period(string KeyId, byte[] Init, List<byte[]> Segments);
}

using System.IO.Pipelines;
using System.Text.RegularExpressions;
using LiveLedger.Licensing.Offers;
using LiveLedger.Licensing.Playbacks;

namespace LiveLedger.Licensing.Tests.Playbacks;

/// <summary>What a page reads on the line of its playback when that ends: which event, why, and by which decision.</summary>
public sealed partial class Lines_of_playbacks
{
    [Fact]
    public async Task A_playback_whose_time_is_up_has_expired()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world);
        await using var page = new TestPage(one);
        var playback = await page.PlayAsync(new(PlaybackSeconds: 60));
        await EndsAsync(page, playback, "expired", "playback-expired", () =>
        {
            world.Time.Now += TimeSpan.FromSeconds(60);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task A_playback_beyond_its_viewing_window_has_expired()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world);
        await using var page = new TestPage(one);
        var playback = await page.PlayAsync(new(Viewing: new(Until: world.Time.Now + TimeSpan.FromSeconds(60))));
        await EndsAsync(page, playback, "expired", "viewing-window-closed", () =>
        {
            world.Time.Now += TimeSpan.FromSeconds(60);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task A_playback_whose_region_is_not_served_any_more_is_blocked()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world);
        var table = Path.Combine(world.Keys.Path, "regions");
        await File.WriteAllTextAsync(table, TestPage.TableOf("DE"));
        await using var page = new TestPage(one, table);
        var playback = await page.PlayAsync(new(Regions: new(Allowed: ["DE"])), "DE");
        await EndsAsync(page, playback, "blocked", "region-blocked", async () =>
        {
            await File.WriteAllTextAsync(table, TestPage.TableOf("FR"));
            world.Time.Now += TimeSpan.FromSeconds(10);
        });
    }

    private static async Task EndsAsync(TestPage page, Playback playback, string name, string code, Func<Task> end)
    {
        var pipe = new Pipe();
        var told = page.AskAsync("followPlayback", playback, pipe.Writer.AsStream());
        using var line = new StreamReader(pipe.Reader.AsStream());
        Assert.Equal(": open", await line.ReadLineAsync());
        Assert.Equal("", await line.ReadLineAsync());
        await end();
        await told.WaitAsync(TimeSpan.FromSeconds(20));
        await pipe.Writer.CompleteAsync();

        var last = LastEvent().Match(await line.ReadToEndAsync());
        Assert.True(last.Success);
        Assert.Equal((name, code), (last.Groups[1].Value, last.Groups[2].Value));
    }

    [GeneratedRegex("""\Aevent: ([a-z-]+)\ndata: \{"code":"([a-z-]+)","decision":"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"\}\n\n\z""")]
    private static partial Regex LastEvent();
}

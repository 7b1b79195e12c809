using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LiveLedger.Harness.Bundles;
using LiveLedger.Ledger.Auditing;
using LiveLedger.Ledger.Tests.Auditing;
using LiveLedger.Transparency.Bundles;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Tests.Bundles;

/// <summary>The server makes bundles that verify, to those who may have them, and each is of one checkpoint while the log grows.</summary>
public sealed class Bundles_of_broadcasts(AuditedHost host) : IClassFixture<AuditedHost>
{
    [Fact]
    public async Task A_bundle_holds_every_entry_of_its_broadcast_and_no_other()
    {
        await AppendAsync(700);
        using var auditor = host.As("auditor");
        foreach (var broadcast in (string[])["of-acme", "of-rival"])
        {
            var answer = await auditor.GetAsync($"/v1/ledger/bundles/{broadcast}");
            Assert.Equal("application/zip", answer.Content.Headers.ContentType!.MediaType);
            var (bundle, indexes) = await VerifyAsync(await answer.Content.ReadAsByteArrayAsync());

            Assert.Equal(broadcast, bundle.Contents.Broadcast);
            Assert.Equal(await IndexesAsync(auditor, broadcast, (long)bundle.Head.Size.Value), indexes);
            Assert.True(bundle.Contents.Streams.Count >= 2 && indexes.Count > 100);
        }

        await host.CheckAsync();
    }

    [Fact]
    public async Task A_bundle_is_of_its_checkpoint_though_the_log_has_grown_since()
    {
        await AppendAsync(60);
        var plan = await host.Bundles.PlanAsync("of-acme", default);
        using var before = new MemoryStream();
        await host.Bundles.WriteAsync(plan, before, default);

        // The same streams, and one that begins behind the checkpoint.
        await AppendAsync(300);
        await host.Events.AppendAsync(new("show/of-acme/late"), ExpectedVersion.Any, [TestEvents.New()]);
        await host.UntilAsync((long)plan.Size.Value + 301);
        using var after = new MemoryStream();
        await host.Bundles.WriteAsync(plan, after, default);

        Assert.Equal(before.ToArray(), after.ToArray());
        var (bundle, _) = await VerifyAsync(after.ToArray());
        Assert.Equal(plan.Size, bundle.Head.Size);
        Assert.DoesNotContain(bundle.Contents.Streams, static s => s.Name.EndsWith("late", StringComparison.Ordinal));
        await host.CheckAsync();
    }

    [Fact]
    public async Task A_bundle_has_the_receipts_of_what_was_anchored_before_its_checkpoint_and_shows_that_it_extends_that()
    {
        await AppendAsync(70);
        var (small, large) = (await HeadAsync(33), (await host.Bundles.PlanAsync("of-acme", default)).Size);
        var whole = await HeadAsync(large.Value);
        var later = whole with { Size = new(large.Value + 1_000_000) };
        var maker = host.BundlesWith(new AnchoredTree(later, "later"u8.ToArray()), new AnchoredTree(whole, "whole"u8.ToArray()), new AnchoredTree(small, "small"u8.ToArray()));
        await AppendAsync(60);
        using var output = new MemoryStream();
        await maker.WriteAsync(await maker.PlanAsync("of-acme", default), output, default);

        var (bundle, _) = await VerifyAsync(output.ToArray());
        Assert.Equal([(whole, "whole"), (small, "small")], bundle.Anchors.Select(static a => (a.Head, Encoding.ASCII.GetString(a.Receipt.Span))));

        // One that this log does not extend goes in as well, so that it is seen.
        var forked = host.BundlesWith(new AnchoredTree(small with { Root = whole.Root }, "forked"u8.ToArray()));
        using var seen = new MemoryStream();
        await forked.WriteAsync(await forked.PlanAsync("of-acme", default), seen, default);
        Assert.Equal(BundleFaultKind.AnchorNotExtended, (await OpenAsync(SampleBundle.Unpack(seen.ToArray()))).Fault?.Kind);
        await host.CheckAsync();
    }

    [Fact]
    public async Task Bundles_made_while_others_append_all_verify()
    {
        await AppendAsync(60);
        using var auditor = host.As("auditor");
        using var enough = new CancellationTokenSource();
        var appending = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await host.Events.AppendAsync(new($"show/of-acme/{Random.Shared.Next(3)}"), ExpectedVersion.Any, [TestEvents.New()]);
            }
        });
        var sizes = new HashSet<ulong>();
        for (var i = 0; i < 20; i++)
        {
            var (bundle, _) = await VerifyAsync(await auditor.GetByteArrayAsync("/v1/ledger/bundles/of-acme"));
            sizes.Add(bundle.Head.Size.Value);
            await Task.Delay(50);
        }

        await enough.CancelAsync();
        await appending;
        Assert.True(sizes.Count > 1, "the log grew meanwhile");
        await host.CheckAsync();
    }

    [Fact]
    public async Task A_broadcaster_has_its_own_bundles_and_nobody_elses()
    {
        await AppendAsync(10);
        using var acme = host.As("broadcaster", "acme");
        await VerifyAsync(await acme.GetByteArrayAsync("/v1/ledger/bundles/of-acme"));
        foreach (var other in (string[])["of-rival", "of-nobody", "nonsense"])
        {
            Assert.Equal((HttpStatusCode.NotFound, "broadcast-unknown"), await AnswerAsync(acme, other));
        }

        using var auditor = host.As("auditor");
        foreach (var odd in (string[])["of-nobody", "a%01b", "a%20b", "%F0%9F%98%80", new string('a', 201)])
        {
            Assert.Equal((HttpStatusCode.NotFound, "broadcast-unknown"), await AnswerAsync(auditor, odd));
        }

        foreach (var role in (string[])["", "king", "viewer"])
        {
            using var nobody = host.As(role, "acme");
            Assert.Equal((HttpStatusCode.Forbidden, "role-missing"), await AnswerAsync(nobody, "of-acme"));
        }
    }

    private async Task<TreeHead> HeadAsync(ulong size) => new(new(size), await host.Log.RootAsync(new(size), default));

    private async Task AppendAsync(int count)
    {
        using var auditor = host.As("auditor");
        var before = (await auditor.GetFromJsonAsync<JsonElement>("/v1/ledger/status")).GetProperty("size").GetInt64();
        string[] streams = ["show/of-acme/0", "test/none", "show/of-rival/1", "show/of-acme/1", "test/none", "show/of-rival/0"];
        for (var i = 0; i < count; i += 10)
        {
            await host.Events.AppendAsync(new(streams[i / 10 % streams.Length]), ExpectedVersion.Any, [.. Enumerable.Range(0, Math.Min(10, count - i)).Select(TestEvents.New)]);
        }

        await host.UntilAsync(before + count);
    }

    private async Task<(OfflineBundle Bundle, List<long> Indexes)> VerifyAsync(byte[] archive)
    {
        var files = SampleBundle.Unpack(archive);
        var (fault, bundle) = await OpenAsync(files);
        Assert.True(fault is null, fault?.Detail);

        var indexes = new List<long>();
        var check = new BundleCheck(bundle!.Head, bundle.Contents, (index, _, _) => indexes.Add((long)index.Value));
        var entries = files[BundleFiles.Entries];
        check.End(entries.Length - check.Take(entries));
        Assert.True(check.Fault is null, check.Fault?.Detail);
        return (bundle, indexes);
    }

    private async Task<(BundleFault? Fault, OfflineBundle? Bundle)> OpenAsync(Dictionary<string, byte[]> files)
    {
        Assert.True(VerifierKey.TryParse((await host.Http.GetStringAsync("/log/key")).TrimEnd('\n'), out var key));
        return (OfflineBundle.TryOpen(name => files[name], key, null, out var bundle, files.ContainsKey(BundleFiles.Anchors)), bundle);
    }

    private static async Task<List<long>> IndexesAsync(HttpClient client, string broadcast, long below)
    {
        var indexes = new List<long>();
        for (long? from = 0; from is not null;)
        {
            var page = await client.GetFromJsonAsync<JsonElement>($"/v1/ledger/entries?broadcast={broadcast}&limit=1000&from={from}&to={below}");
            indexes.AddRange(page.GetProperty("items").EnumerateArray().Select(static i => i.GetProperty("index").GetInt64()));
            from = page.GetProperty("next").ValueKind == JsonValueKind.Null ? null : page.GetProperty("next").GetInt64();
        }

        return indexes;
    }

    private static async Task<(HttpStatusCode Status, string? Code)> AnswerAsync(HttpClient client, string broadcast)
    {
        using var answer = await client.GetAsync("/v1/ledger/bundles/" + broadcast);
        return (answer.StatusCode, answer.IsSuccessStatusCode ? null : (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }
}

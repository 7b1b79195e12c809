using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>A shop that sends files of grants, and does not come to their end, is in nobody's way but its own.</summary>
public sealed class Files_of_grants_take_turns(OneServer one)
{
    [Fact]
    public async Task A_third_file_of_an_account_is_told_to_come_later_and_one_of_another_account_is_worked_on()
    {
        using var slow = await Broadcaster.AdmitAsync(one.Server, "slow-shop");
        using var quick = await Broadcaster.AdmitAsync(one.Server, "quick-shop");
        var (mine, theirs) = (await slow.CreateAsync(), await quick.CreateAsync());
        var files = new[] { new SlowFile(), new SlowFile() };
        var sent = new List<Task<HttpResponseMessage>>();
        foreach (var file in files)
        {
            sent.Add(SendAsync(slow, mine, file));
            // It is asked for when it has its turn.
            await file.Begun.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }

        var third = await SendAsync(slow, mine, Whole());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, third.StatusCode);
        Assert.Equal("bulk-busy", JsonNode.Parse(await third.Content.ReadAsStringAsync())!["code"]!.GetValue<string>());
        Assert.Equal(TimeSpan.FromSeconds(30), third.Headers.RetryAfter?.Delta);
        await GrantedAsync(SendAsync(quick, theirs, Whole()));

        foreach (var file in files)
        {
            file.End.SetResult();
        }

        await Task.WhenAll(sent.Select(GrantedAsync));
        await GrantedAsync(SendAsync(slow, mine, Whole()));
    }

    [Fact]
    public async Task A_sender_that_trickles_is_cut_off_and_its_turns_are_free_and_one_that_keeps_on_sending_is_heard_to_the_end()
    {
        using var slow = await Broadcaster.AdmitAsync(one.Server, "trickling-shop");
        using var steady = await Broadcaster.AdmitAsync(one.Server, "steady-shop");
        var (mine, theirs) = (await slow.CreateAsync(), await steady.CreateAsync());
        // Eight times the rate that is asked for, and a sixteenth of it.
        var kept = new SlowFile(512 * 1024);
        var files = new[] { new SlowFile(4 * 1024), new SlowFile(4 * 1024) };
        var heard = SendAsync(steady, theirs, kept);
        var sent = files.Select(file => SendAsync(slow, mine, file)).ToList();
        await Task.WhenAll(files.Append(kept).Select(static file => file.Begun.Task)).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SendAsync(slow, mine, Whole())).StatusCode);

        foreach (var file in sent)
        {
            await CutOffAsync(file.WaitAsync(TimeSpan.FromSeconds(40)));
        }

        await GrantedAsync(SendAsync(slow, mine, Whole()));
        kept.End.SetResult();
        await GrantedAsync(heard);
    }

    private static StringContent Whole() => new("""{"viewer":"v"}""", Encoding.UTF8, "application/x-ndjson");

    private async Task<HttpResponseMessage> SendAsync(Broadcaster shop, RunningBroadcast broadcast, HttpContent file)
    {
        using var client = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromSeconds(20) }) { BaseAddress = one.Server.BaseUrl };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/broadcasts/{broadcast.Id}/entitlements/bulk")
        {
            Content = file,
            Headers = { { "Idempotency-Key", "night-1" }, { "Authorization", $"Bearer {shop.Token}" } },
        };
        request.Headers.ExpectContinue = true;
        return await client.SendAsync(request);
    }

    private static async Task GrantedAsync(Task<HttpResponseMessage> sent)
    {
        var answer = await sent;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.EndsWith("""{"lines":1,"granted":1,"refused":0}""", (await answer.Content.ReadAsStringAsync()).TrimEnd(), StringComparison.Ordinal);
    }

    // In the middle of its body: its client may hear why, or find the connection gone.
    private static async Task CutOffAsync(Task<HttpResponseMessage> sent)
    {
        try
        {
            Assert.Equal(HttpStatusCode.RequestTimeout, (await sent).StatusCode);
        }
        catch (HttpRequestException)
        {
        }
    }

    /// <summary>A file whose line is sent, then empty ones at a pace, and whose end is not until somebody says so.</summary>
    private sealed class SlowFile : HttpContent
    {
        private readonly byte[] _quarter;

        public SlowFile(int bytesASecond = 0)
        {
            _quarter = Encoding.UTF8.GetBytes(new string('\n', bytesASecond / 4));
            Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        }

        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("""{"viewer":"v"}"""u8.ToArray());
            await stream.FlushAsync();
            Begun.SetResult();
            while (_quarter.Length > 0 && !End.Task.IsCompleted)
            {
                await Task.WhenAny(End.Task, Task.Delay(250));
                await stream.WriteAsync(_quarter);
                await stream.FlushAsync();
            }

            await End.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LiveLedger.Licensing.Webhooks;

namespace LiveLedger.Licensing.Tests.Webhooks;

/// <summary>Shops that mean us ill, or are broken.</summary>
public sealed class WebhookPostTests
{
    /// <summary>With shops that never answer.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>With all others, which answer at once on any machine.</summary>
    private static readonly TimeSpan s_muchPatience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_redirect_is_a_no_and_is_not_followed()
    {
        await using var inside = new Listener(static async stream => await stream.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray()));
        await using var shop = new Listener(async stream => await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 307 Over There\r\nLocation: {inside.Url}\r\nContent-Length: 0\r\n\r\n")));
        Assert.Equal((307, "answered 307"), await SendAsync(shop));
        Assert.Equal(0, inside.Connections);
    }

    [Fact]
    public async Task Of_two_gigabytes_of_answer_nothing_is_waited_for()
    {
        var written = 0L;
        await using var shop = new Listener(async stream =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\n"u8.ToArray());
            for (var chunk = new byte[64 * 1024]; written < 2_000_000_000; written += chunk.Length)
            {
                await stream.WriteAsync(chunk);
            }
        });
        Assert.Equal((200, null), await SendAsync(shop));
        await shop.ServedAsync();
        // What both ends' sockets hold, and no more.
        Assert.InRange(written, 0, 32_000_000);
    }

    [Fact]
    public async Task Headers_without_end_are_cut_off()
    {
        await using var shop = new Listener(static async stream =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray());
            while (true)
            {
                await stream.WriteAsync("X-More: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"u8.ToArray());
            }
        });
        var (status, failure) = await SendAsync(shop);
        Assert.Null(status);
        Assert.Equal("the answer's headers are too long", failure);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 20")]
    public async Task A_shop_that_hangs_is_left(string begin)
    {
        using var end = new CancellationTokenSource();
        await using var shop = new Listener(async stream =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(begin));
            await Task.Delay(Timeout.Infinite, end.Token);
        });
        var watch = Stopwatch.StartNew();
        Assert.Equal((null, "no answer within 2 s"), await SendAsync(shop, s_patience));
        Assert.InRange(watch.Elapsed, s_patience * 0.9, s_patience * 10);
        await end.CancelAsync();
    }

    [Fact]
    public async Task A_shop_that_says_wait_for_ever_is_left()
    {
        await using var shop = new Listener(static async stream =>
        {
            while (true)
            {
                await stream.WriteAsync("HTTP/1.1 102 Processing\r\n\r\n"u8.ToArray());
                await Task.Delay(10);
            }
        });
        Assert.Equal((null, "no answer within 2 s"), await SendAsync(shop, s_patience));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    [InlineData("HTTP/1.1 999999 No\r\n\r\n")]
    [InlineData("")]
    public async Task What_is_no_http_is_a_failed_attempt(string answer)
    {
        await using var shop = new Listener(async stream => await stream.WriteAsync(Encoding.ASCII.GetBytes(answer)));
        var (status, failure) = await SendAsync(shop);
        Assert.Null(status);
        Assert.Equal("the answer is no HTTP", failure);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://0x7f.1:{0}/")]
    [InlineData("http://127.1:{0}/")]
    [InlineData("http://0:{0}/")]
    public async Task No_way_to_write_this_machines_address_gets_a_connection(string url)
    {
        await using var shop = new Listener(static async stream => await stream.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray()));
        using var post = new WebhookPost(privateToo: false, s_muchPatience);
        var (status, failure) = await SendAsync(post, new Uri(url.Replace("{0}", shop.Port.ToString(), StringComparison.Ordinal)));
        Assert.Null(status);
        // 0.0.0.0 is asked of nobody to begin with.
        Assert.Contains(failure, (string[])["the address is not a public one", "no connection"]);
        Assert.Equal(0, shop.Connections);
    }

    [Fact]
    public async Task What_is_sent_has_the_headers_of_the_standard_and_no_trace_of_ours()
    {
        string? request = null;
        await using var shop = new Listener(async stream => await stream.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray()), text => request = text);
        using var activity = new Activity("ours").Start();
        Assert.Equal((204, null), await SendAsync(shop));
        Assert.Contains("webhook-id: msg_1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("webhook-timestamp: 1614265330\r\n", request, StringComparison.Ordinal);
        Assert.Contains("webhook-signature: v1,x\r\n", request, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json\r\n", request, StringComparison.Ordinal);
        Assert.DoesNotContain("traceparent", request, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<(int? Status, string? Failure)> SendAsync(Listener shop, TimeSpan? patience = null)
    {
        using var post = new WebhookPost(privateToo: true, patience ?? s_muchPatience);
        return await SendAsync(post, shop.Url);
    }

    private static Task<(int? Status, string? Failure)> SendAsync(WebhookPost post, Uri url) =>
        post.SendAsync(url, "msg_1", 1614265330, "v1,x", "{}"u8.ToArray(), default);

    /// <summary>Answers each connection as it is told, byte by byte.</summary>
    private sealed class Listener : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly TaskCompletionSource _served = new();
        private readonly Func<NetworkStream, Task> _answer;
        private readonly Action<string>? _asked;
        private int _connections;

        public Listener(Func<NetworkStream, Task> answer, Action<string>? asked = null)
        {
            (_answer, _asked) = (answer, asked);
            _listener.Start();
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public Uri Url => new($"http://127.0.0.1:{Port}/hook");

        public int Connections => _connections;

        /// <summary>Done when the first connection was answered, or its other end has had enough.</summary>
        public Task ServedAsync() => _served.Task;

        public ValueTask DisposeAsync()
        {
            _listener.Dispose();
            return default;
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    _ = ServeAsync(await _listener.AcceptTcpClientAsync());
                    _connections++;
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Disposed.
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using (client)
            {
                try
                {
                    var buffer = new byte[64 * 1024];
                    var stream = client.GetStream();
                    var read = await stream.ReadAsync(buffer);
                    _asked?.Invoke(Encoding.ASCII.GetString(buffer, 0, read));
                    await _answer(stream);
                }
                catch (Exception e) when (e is IOException or OperationCanceledException)
                {
                    // The other end has had enough.
                }
                finally
                {
                    _served.TrySetResult();
                }
            }
        }
    }
}

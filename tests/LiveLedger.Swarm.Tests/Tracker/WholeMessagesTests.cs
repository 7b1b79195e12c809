using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using LiveLedger.Swarm.Tracker;

namespace LiveLedger.Swarm.Tests.Tracker;

/// <summary>Messages as they come off a socket.</summary>
public sealed class WholeMessagesTests : IAsyncLifetime
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private WebSocket _peer = null!;
    private WebSocket _tracker = null!;

    public async ValueTask InitializeAsync()
    {
        _listener.Start();
        var client = new TcpClient();
        var accepting = _listener.AcceptTcpClientAsync();
        await client.ConnectAsync((IPEndPoint)_listener.LocalEndpoint);
        _peer = WebSocket.CreateFromStream(client.GetStream(), isServer: false, null, Timeout.InfiniteTimeSpan);
        _tracker = WebSocket.CreateFromStream((await accepting).GetStream(), isServer: true, null, Timeout.InfiniteTimeSpan);
    }

    public ValueTask DisposeAsync()
    {
        _peer.Dispose();
        _tracker.Dispose();
        _listener.Dispose();
        return default;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(FromPeer.MaxBytes - 1)]
    [InlineData(FromPeer.MaxBytes)]
    public async Task One_is_whole_in_however_many_parts_it_comes(int length)
    {
        byte[] message = [.. Enumerable.Range(0, length).Select(static n => (byte)('a' + n % 26))];
        await SayAsync(message.AsMemory(0, length / 2), isLast: false);
        await SayAsync(message.AsMemory(length / 2), isLast: true);
        await SayAsync("next"u8.ToArray(), isLast: true);
        Assert.Equal(message, await NextAsync());
        Assert.Equal("next"u8.ToArray(), await NextAsync());
    }

    [Fact]
    public async Task One_that_is_too_long_is_refused()
    {
        await SayAsync(new byte[FromPeer.MaxBytes + 1], isLast: true);
        await Assert.ThrowsAsync<InvalidDataException>(NextAsync);
    }

    [Fact]
    public async Task One_that_stops_in_the_middle_is_waited_for_only_so_long()
    {
        await SayAsync(new byte[100], isLast: false);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(NextAsync);
    }

    private Task SayAsync(ReadOnlyMemory<byte> part, bool isLast) => _peer.SendAsync(part, WebSocketMessageType.Text, isLast, CancellationToken.None).AsTask();

    private async Task<byte[]> NextAsync()
    {
        var (buffer, length) = (await WholeMessages.ReadAsync(_tracker, TestContext.Current.CancellationToken, TimeSpan.FromMilliseconds(300)))!.Value;
        var message = buffer[..length];
        ArrayPool<byte>.Shared.Return(buffer);
        return message;
    }
}

using System.Net.WebSockets;

namespace LiveLedger.Swarm.Tracker;

/// <summary>What waits to go out on one socket, in order and bounded. Who puts the first message in sends until there is none left; an idle one costs a few dozen bytes.</summary>
internal sealed class Outbox(WebSocket socket) : IThreadPoolWorkItem
{
    private const int MaxMessages = 512;

    private readonly Lock _lock = new();
    private Queue<byte[]>? _waiting;
    private byte[]? _first;
    private bool _isSending;
    private bool _isClosed;

    /// <summary>Puts a message in. A reader that lets hundreds wait is cut off.</summary>
    public void Send(byte[] message)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            if (_isSending)
            {
                if ((_waiting ??= new()).Count >= MaxMessages)
                {
                    _isClosed = true;
                    socket.Abort();
                    return;
                }

                _waiting.Enqueue(message);
                return;
            }

            _isSending = true;
            _first = message;
        }

        // Not here: who sends may hold a room's lock, and a send is a call of the system.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        var first = _first!;
        _first = null;
        _ = SendAllAsync(first);
    }

    /// <summary>Says a last message and closes, when everything before it has gone out.</summary>
    public async Task CloseAsync(byte[]? last, CancellationToken cancel)
    {
        if (last is not null)
        {
            Send(last);
        }

        while (true)
        {
            lock (_lock)
            {
                if (!_isSending || _isClosed)
                {
                    _isClosed = true;
                    break;
                }
            }

            await Task.Delay(20, cancel);
        }

        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
        }
    }

    private async Task SendAllAsync(byte[] message)
    {
        try
        {
            for (byte[]? next = message; next is not null; next = Next())
            {
                await socket.SendAsync(next, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException or IOException or OperationCanceledException)
        {
            // The other end is gone; who reads there finds out.
            lock (_lock)
            {
                _isClosed = true;
                _isSending = false;
                _waiting = null;
            }
        }
    }

    private byte[]? Next()
    {
        lock (_lock)
        {
            if (_waiting is { Count: > 0 })
            {
                return _waiting.Dequeue();
            }

            _waiting = null;
            _isSending = false;
            return null;
        }
    }
}

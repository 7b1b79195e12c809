using System.Buffers;
using System.Net.WebSockets;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media.Chunks;
using LiveLedger.Peering.Messages;
using LiveLedger.Relay.Broadcasts;
using LiveLedger.Relay.Objects;
using LiveLedger.Relay.Service;

namespace LiveLedger.Relay.Links;

/// <summary>
/// What goes out on a link, from one place: short messages first, then requests in the order in which they came, 64 KiB at a time, so that a cancelled one ends in between. The next message is made
/// only when the last is in the socket's hands: who reads slowly is sent to slowly, and nothing piles up here.
/// </summary>
/// <param name="socket">Where to.</param>
/// <param name="broadcast">Of which broadcast.</param>
/// <param name="upload">How fast, all links together.</param>
/// <param name="counters">Counts what was sent.</param>
internal sealed class Outbox(WebSocket socket, RelayedBroadcast broadcast, UploadLimiter upload, RelayCounters counters)
{
    // Answers to what a link may have under way at once, and announcements.
    private const int MaxShort = 512;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly Queue<byte[]> _short = new();
    private readonly Queue<Serving> _servings = new();
    private readonly SemaphoreSlim _work = new(0, 1);
    private bool _isLast;

    /// <summary>What chunks are stated with: the key of the admission that the link was shaken with.</summary>
    public Ed25519PrivateKey? Key { get; set; }

    /// <summary>Where it is noted what went out.</summary>
    public LinkAccount? Account { get; set; }

    /// <summary>Posts a short message; false if too many wait: the other reads nothing.</summary>
    public bool TryPost(byte[] message)
    {
        lock (_lock)
        {
            if (_short.Count >= MaxShort || _isLast)
            {
                return false;
            }

            _short.Enqueue(message);
        }

        Wake();
        return true;
    }

    /// <summary>Answers a request when its turn comes.</summary>
    public void Serve(Serving serving)
    {
        lock (_lock)
        {
            _servings.Enqueue(serving);
        }

        Wake();
    }

    /// <summary>Posts the last message: nothing is sent after it.</summary>
    public void End(ByeReason reason)
    {
        lock (_lock)
        {
            _servings.Clear();
            _short.Enqueue(new Bye(reason).ToMessage());
            _isLast = true;
        }

        Wake();
    }

    /// <summary>Sends until the last message is out.</summary>
    /// <param name="served">Told of each request that is over.</param>
    /// <param name="cancellation">Ends it at once.</param>
    public async Task RunAsync(Action<Serving> served, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        while (true)
        {
            await _work.WaitAsync(cancellation);
            // Rented while there is something to send: thousands of links are idle.
            var room = ArrayPool<byte>.Shared.Rent(PeerMessage.MaxLength);
            try
            {
                if (!await EmptyAsync(room, served, patience, cancellation))
                {
                    return;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(room);
            }
        }
    }

    // False after the last message.
    private async Task<bool> EmptyAsync(byte[] room, Action<Serving> served, CancellationTokenSource patience, CancellationToken cancellation)
    {
        while (true)
        {
            byte[]? message;
            Serving? serving = null;
            bool isLast;
            lock (_lock)
            {
                if (!_short.TryDequeue(out message) && !_servings.TryPeek(out serving))
                {
                    return !_isLast;
                }

                isLast = _isLast && _short.Count == 0;
            }

            if (message is not null)
            {
                await SendAsync(message, patience);
                if (isLast)
                {
                    return false;
                }
            }
            else if (await IsOverAsync(serving!, room, patience, cancellation))
            {
                lock (_lock)
                {
                    // End() may have cleared them meanwhile.
                    if (_servings.TryPeek(out var head) && head == serving)
                    {
                        _servings.Dequeue();
                    }
                }

                served(serving!);
            }
        }
    }

    // Sends the next message of an answer; true if it was the last.
    private async Task<bool> IsOverAsync(Serving serving, byte[] room, CancellationTokenSource patience, CancellationToken cancellation)
    {
        if (serving.IsCancelled)
        {
            return true;
        }

        var found = await broadcast.GetAsync(serving.Name, cancellation);
        if (found.Object is not { } value || serving.End > EndOf(value))
        {
            await SendAsync(new No(serving.Request, NoReason.Absent).ToMessage(), patience);
            return true;
        }

        ReadOnlyMemory<byte> message;
        if (value.Name.Kind == ObjectKind.Segment)
        {
            var count = Math.Min(ChunkRun.MaxCount, serving.End - serving.Next);
            var from = serving.Next * ChunkTree.ChunkSize;
            var bytes = value.Bytes.Slice(from, Math.Min(count * ChunkTree.ChunkSize, value.Bytes.Length - from));
            if (!value.Statements!.TryState(value.Bytes.Span, serving.Next, count, Key!, out var statements))
            {
                // Rotten in memory: nobody gets it, and whoever asks next finds what upstream or the disk has.
                broadcast.Forget(value);
                counters.CountRotten();
                await SendAsync(new No(serving.Request, NoReason.Absent).ToMessage(), patience);
                return true;
            }

            message = room.AsMemory(0, ChunkRun.Write(room, serving.Request, serving.Next, bytes.Span, statements));
            Account?.Sent(serving.Segment!.Value, serving.Next, count, bytes.Length);
            serving.Next += count;
        }
        else
        {
            var length = Math.Min(Piece.MaxBytes, serving.End - serving.Next);
            message = Piece.ToMessage(serving.Request, serving.End, serving.Next, value.Bytes.Span.Slice(serving.Next, length));
            serving.Next += length;
        }

        await upload.TakeAsync(message.Length, cancellation);
        await SendAsync(message, patience);
        counters.CountPeer(message.Length);
        return serving.Next >= serving.End;
    }

    private static int EndOf(RelayObject value) => value.Name.Kind == ObjectKind.Segment ? ChunkTree.CountFor(value.Bytes.Length) : value.Bytes.Length;

    private async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationTokenSource patience)
    {
        patience.CancelAfter(Patience);
        await socket.SendAsync(message, WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, patience.Token);
        patience.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    private void Wake()
    {
        lock (_lock)
        {
            if (_work.CurrentCount == 0)
            {
                _work.Release();
            }
        }
    }
}

using System.Buffers;
using System.Net.WebSockets;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Links;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Proofs;
using LiveLedger.Relay.Service;

namespace LiveLedger.Relay.Links;

/// <summary>One peer on a WebSocket, from its first message to its last (docs/formats/peer-messages.md). The relay answers and announces; it asks peers for nothing, so nothing they send is stored.</summary>
internal sealed class PeerLink
{
    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly RelaySwarm _swarm;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _cut = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Outbox _outbox;
    private readonly Answers _answers;
    private LinkAccount? _account;

    public PeerLink(WebSocket socket, RelaySwarm swarm, TimeProvider time)
    {
        (_socket, _swarm, _time) = (socket, swarm, time);
        _outbox = new(socket, swarm.Broadcast, swarm.Upload, swarm.Counters);
        _answers = new(swarm, _outbox);
    }

    /// <summary>Who it is, once the link is up.</summary>
    public Admission? Other { get; private set; }

    /// <summary>Done when the link is no more.</summary>
    public Task Over => _over.Task;

    /// <summary>Tells the peer of segments that are here now.</summary>
    public void Announce(byte[] have) => _outbox.TryPost(have);

    /// <summary>Passes a message of the platform's on.</summary>
    public void PassOn(byte[] message) => _outbox.TryPost(message);

    /// <summary>Hands over the receipt of a period that is over.</summary>
    public void Settle() => _account?.Settle(isOver: false);

    /// <summary>Ends the link in order.</summary>
    public void End(ByeReason reason)
    {
        _outbox.End(reason);
        // What is on its way is not read any more; the farewell has its time.
        _cut.CancelAfter(FarewellTime);
    }

    /// <summary>Runs the link to its end.</summary>
    /// <param name="self">Who the relay is.</param>
    /// <param name="shaken">Called when the other has proved itself.</param>
    /// <param name="stopping">Ends it.</param>
    public async Task RunAsync(LinkSelf self, Action shaken, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, _cut.Token);
        try
        {
            if (await ShakeAsync(self, ending.Token) is not { } other)
            {
                return;
            }

            Other = other;
            _outbox.Key = self.Key;
            _outbox.Account = _answers.Account = _account;
            shaken();
            if (!_swarm.TryJoin(this))
            {
                await _socket.SendAsync(new Bye(ByeReason.Full).ToMessage(), WebSocketMessageType.Binary, endOfMessage: true, ending.Token);
                return;
            }

            await ServeAsync(other, ending);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            // Cut, or gone.
        }
        finally
        {
            _swarm.Leave(this);
            _account?.Settle(isOver: true);
            await CloseAsync();
            _over.TrySetResult();
        }
    }

    private async Task<Admission?> ShakeAsync(LinkSelf self, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(HandshakeTime);
        if (_swarm.Platform.Verifier is not { } verifier || self.Admission.Origin is not { } origin)
        {
            return null;
        }

        var handshake = new LinkHandshake(verifier, self, LinkSide.Answerer, ChannelBinding.Relay(origin), _swarm.IsOut);
        await _socket.SendAsync(handshake.Hello(), WebSocketMessageType.Binary, endOfMessage: true, patience.Token);
        while (!handshake.IsUp)
        {
            if (await MessageReader.ReadAsync(_socket, patience.Token) is not var (room, length))
            {
                return null;
            }

            var answer = handshake.Take(room.AsSpan(0, length), _swarm.Platform.Now);
            ArrayPool<byte>.Shared.Return(room);
            if (answer is not null)
            {
                await _socket.SendAsync(answer, WebSocketMessageType.Binary, endOfMessage: true, patience.Token);
            }

            if (handshake.Refusal != LinkRefusal.None)
            {
                _swarm.Platform.Refused(handshake.Admission);
                return null;
            }
        }

        _account = new(_swarm.Broadcast.Id, self.Key.PublicKey, handshake.Other!.Key, handshake.Link!.Value, _swarm.Settled, _time);
        return handshake.Other;
    }

    private async Task ServeAsync(Admission other, CancellationTokenSource ending)
    {
        // An admission that is over admits no longer: the peer links again with its next one.
        var left = other.ExpiresAt + AdmissionVerifier.Leeway - _swarm.Platform.Now;
        using var expiry = _time.CreateTimer(static link => ((PeerLink)link!).End(ByeReason.Leaving), this, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        if (_swarm.Upload.IsShut)
        {
            _outbox.TryPost(new Sending(IsOn: false).ToMessage());
        }

        foreach (var have in _swarm.Holdings.Messages(other.Tracks))
        {
            _outbox.TryPost(have);
        }

        var sending = _outbox.RunAsync(_answers.Ended, ending.Token);
        var reading = ReadAsync(other, ending.Token);
        try
        {
            await Task.WhenAny(sending, reading);
            if (!sending.IsCompleted)
            {
                // It left, or is sent away: that is told before the socket is closed.
                End(await reading ?? ByeReason.Leaving);
            }

            await sending;
            await CloseOutputAsync();
            await Task.WhenAny(reading, Task.Delay(FarewellTime, _time, ending.Token));
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(sending, reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Null when the other has left; else why it is sent away.
    private async Task<ByeReason?> ReadAsync(Admission other, CancellationToken cancellation)
    {
        var budget = new MessageBudget(_time);
        while (await MessageReader.ReadAsync(_socket, cancellation) is var (room, length))
        {
            bool? goesOn;
            try
            {
                goesOn = _answers.Take(room.AsMemory(0, length), other, cancellation);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(room);
            }

            if (goesOn != true)
            {
                return goesOn is null ? null : ByeReason.Offence;
            }

            if (budget.Spend() is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, _time, cancellation);
            }
        }

        return _socket.State == WebSocketState.Open ? ByeReason.Offence : null;
    }

    private async Task CloseAsync()
    {
        await CloseOutputAsync();
        var room = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            // A socket that is closed over unread bytes is reset, and takes our farewell with it (RFC 1122 §4.2.2.13).
            using var patience = new CancellationTokenSource(FarewellTime);
            while (_socket.State == WebSocketState.CloseSent)
            {
                await _socket.ReceiveAsync(room.AsMemory(), patience.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or InvalidOperationException)
        {
            // It is closed now.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    private async Task CloseOutputAsync()
    {
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                using var patience = new CancellationTokenSource(FarewellTime);
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException)
        {
            // It is closed, or will be.
        }
    }
}

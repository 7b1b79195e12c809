using System.Buffers;
using System.Net.WebSockets;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Proofs;
using Microsoft.AspNetCore.Http;

namespace LiveLedger.Swarm.Tracker;

/// <summary>One peer's socket, from its challenge to its end.</summary>
/// <param name="joined">Called when it has proved who it is.</param>
internal sealed class TrackerConnection(WebSocket socket, HttpContext context, TrackerDoor door, Rooms rooms, SwarmLinks links, TimeProvider time, Action joined)
{
    private readonly Nonce _nonce = Nonce.New();
    private readonly Outbox _outbox = new(socket);
    private readonly CancellationTokenSource _over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
    private MessageBudget _budget = new(time);
    private string? _dismissal;

    /// <summary>Serves it until it ends.</summary>
    /// <param name="joinWithin">How long it has to join.</param>
    /// <param name="closeWithin">How long its end may take.</param>
    public async Task RunAsync(TimeSpan joinWithin, TimeSpan closeWithin)
    {
        try
        {
            _outbox.Send(ToPeer.Challenge(_nonce));
            var refusal = await ServeAsync(joinWithin);
            using var patience = new CancellationTokenSource(closeWithin, time);
            await _outbox.CloseAsync(refusal is null ? null : ToPeer.Refused(refusal), patience.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // Gone without a word, or too slow to hear one.
        }
        finally
        {
            _over.Dispose();
        }
    }

    // Why it is sent away; null if it went by itself.
    private async Task<string?> ServeAsync(TimeSpan joinWithin)
    {
        var (member, room, refusal) = await JoinAsync(joinWithin);
        if (member is null || room is null)
        {
            return refusal;
        }

        string? sentAway = null;
        try
        {
            return sentAway = await HearAsync(member, room);
        }
        catch (InvalidDataException)
        {
            return sentAway = "protocol";
        }
        catch (OperationCanceledException) when (_dismissal is not null)
        {
            return sentAway = _dismissal;
        }
        finally
        {
            room.Leave(member, ofItself: sentAway is null && _dismissal is null);
        }
    }

    private async Task<string?> HearAsync(Member member, Room room)
    {
        while (true)
        {
            if (await ReadAsync(_over.Token) is not { } said)
            {
                return null;
            }

            if (!_budget.TryTake())
            {
                return "too-much";
            }

            if (await TakeAsync(member, room, said) is { } no)
            {
                return no;
            }
        }
    }

    private async Task<(Member? Member, Room? Room, string? Refusal)> JoinAsync(TimeSpan within)
    {
        Join join;
        using (var late = CancellationTokenSource.CreateLinkedTokenSource(_over.Token))
        {
            late.CancelAfter(within);
            try
            {
                switch (await ReadAsync(late.Token))
                {
                    case null:
                        return (null, null, null);
                    case Join said:
                        join = said;
                        break;
                    default:
                        return (null, null, "protocol");
                }
            }
            catch (InvalidDataException)
            {
                return (null, null, "protocol");
            }
            catch (OperationCanceledException) when (!_over.IsCancellationRequested)
            {
                // A receive that was cancelled leaves a socket that cannot be written to either.
                return (null, null, null);
            }
        }

        var (admission, refusal) = await door.CheckAsync(join.Admission, join.Proof, _nonce, context, _over.Token);
        if (admission is null)
        {
            return (null, null, refusal);
        }

        joined();
        var address = links.AddressOf(context);
        var member = new Member(PeerId.New(), admission, new(address, address is null ? null : links.RegionOf(address)), _outbox.Send) { Tracks = join.Tracks, Parted = join.Parted, Dismiss = Dismiss };
        var (room, not) = rooms.Join(member);
        return (room is null ? null : member, room, not);
    }

    private async Task<string?> TakeAsync(Member member, Room room, FromPeer said)
    {
        switch (said)
        {
            case Playing playing:
                room.Plays(member, playing.Tracks, playing.IsSharing);
                return null;
            case Signal signal:
                room.Pass(member, signal);
                return null;
            case Linked linked:
                room.Linked(member, linked);
                return null;
            case Unlink unlink:
                room.Unlink(member, unlink);
                return null;
            case Figures figures:
                room.Says(member, figures.Said);
                return null;
            case More:
                room.More(member);
                return null;
            case Renew renew:
                var (admission, refusal) = await door.CheckAsync(renew.Admission, renew.Proof, _nonce, context, _over.Token);
                return admission is null ? refusal
                    : !IsOfTheSame(member.Admission, admission) ? "not-proved"
                    : room.TryRenew(member, admission) ? null : "revoked";
            case Unknown:
                return null;
            default:
                return "protocol";
        }
    }

    // Another key, or another place in the swarm, is another peer, who may join like everybody.
    private static bool IsOfTheSame(Admission before, Admission now) =>
        now.Key == before.Key && now.Peer == before.Peer && now.Broadcast == before.Broadcast && now.Role == before.Role && now.IsPrivate == before.IsPrivate;

    private void Dismiss(string code)
    {
        _outbox.Send(ToPeer.Refused(code));
        _dismissal = code;
        // Not here: who dismisses may be at many.
        _ = Task.Run(EndAsync);
    }

    private async Task EndAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
            await _outbox.CloseAsync(null, patience.Token);
            await Task.Delay(TimeSpan.FromSeconds(1), time);
            await _over.CancelAsync();
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // It has ended already.
        }
    }

    private async Task<FromPeer?> ReadAsync(CancellationToken cancel)
    {
        if (await WholeMessages.ReadAsync(socket, cancel) is not var (buffer, length))
        {
            return null;
        }

        try
        {
            return FromPeer.Read(buffer.AsSpan(0, length)) ?? throw new InvalidDataException("a message that breaks its bounds");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

using System.Buffers;
using System.Net.WebSockets;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Peering.Links;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Swarm.Tracker;

/// <summary>The WebSocket <c>/v1/swarm</c> (docs/formats/tracker-messages.md). Open to anybody until it is time to join; then an admission and its key are needed.</summary>
internal sealed class TrackerEndpoint(TrackerDoor door, Rooms rooms, SwarmLinks links, TimeProvider time)
{
    /// <summary>Most sockets of a process.</summary>
    private const int MaxSockets = 50_000;

    private static readonly Refusal s_socket = new(426, "websocket-required", "This address speaks WebSocket; see docs/formats/tracker-messages.md.");
    private static readonly Refusal s_full = new(503, "tracker-full", "This tracker has as many peers as it takes; play from the origin, and try again.") { RetryAfter = TimeSpan.FromSeconds(30) };
    private static readonly TimeSpan s_joinWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_closeWithin = TimeSpan.FromSeconds(2);

    private readonly Strangers _strangers = new();
    private int _sockets;

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(TrackerAddress.Path, static (TrackerEndpoint e, HttpContext context) => e.ServeAsync(context)).WithName("joinSwarm").WithTags("swarm").ExcludeFromDescription();

    private async Task ServeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            await s_socket.ToResult().ExecuteAsync(context);
            return;
        }

        if (Interlocked.Increment(ref _sockets) > MaxSockets)
        {
            Interlocked.Decrement(ref _sockets);
            await s_full.ToResult().ExecuteAsync(context);
            return;
        }

        using var stranger = _strangers.Enter(links.AddressOf(context)?.GetAddressBytes());
        if (stranger is null)
        {
            Interlocked.Decrement(ref _sockets);
            await s_full.ToResult().ExecuteAsync(context);
            return;
        }

        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await new TrackerConnection(socket, context, door, rooms, links, time, stranger.Dispose).RunAsync(s_joinWithin, s_closeWithin);
        }
        finally
        {
            Interlocked.Decrement(ref _sockets);
        }
    }
}

/// <summary>Reads whole messages off a socket; while there is none it holds no buffer.</summary>
internal static class WholeMessages
{
    // A message has a few packets at most: who sends half of one holds a buffer of ours for no longer.
    private static readonly TimeSpan s_wholeWithin = TimeSpan.FromSeconds(10);

    /// <summary>The next message in a rented buffer, which the caller gives back; null if the other end has closed.</summary>
    /// <exception cref="InvalidDataException">It is too long, or no text.</exception>
    /// <exception cref="OperationCanceledException">The rest of it did not come in time; the socket is good for nothing any more.</exception>
    /// <param name="wholeWithin">How long the rest of a message may take; null for 10 s.</param>
    public static async Task<(byte[] Buffer, int Length)?> ReadAsync(WebSocket socket, CancellationToken cancel, TimeSpan? wholeWithin = null)
    {
        // Returns once there is something to read.
        var first = await socket.ReceiveAsync(Memory<byte>.Empty, cancel);
        if (first.MessageType == WebSocketMessageType.Close)
        {
            return null;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(FromPeer.MaxBytes);
        var length = 0;
        if (first.EndOfMessage)
        {
            // An empty one: reading on would wait for the next.
            return (buffer, length);
        }

        CancellationTokenSource? late = null;
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(length, FromPeer.MaxBytes - length), late?.Token ?? cancel);
                length += received.Count;
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    return null;
                }

                if (received.MessageType == WebSocketMessageType.Text && received.EndOfMessage)
                {
                    return (buffer, length);
                }

                if (received.MessageType != WebSocketMessageType.Text || length == FromPeer.MaxBytes)
                {
                    throw new InvalidDataException("a message is text of at most 16,384 bytes");
                }

                if (late is null)
                {
                    late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                    late.CancelAfter(wholeWithin ?? s_wholeWithin);
                }
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
        finally
        {
            late?.Dispose();
        }
    }
}

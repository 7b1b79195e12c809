using System.Buffers;
using System.Net.WebSockets;
using LiveLedger.Peering.Messages;

namespace LiveLedger.Relay.Links;

/// <summary>Reads whole messages off a WebSocket, none longer than any message is.</summary>
internal static class MessageReader
{
    // A line on which a message takes longer is no use to a viewer: who sends half of one holds memory of ours for no longer.
    private static readonly TimeSpan WholeWithin = TimeSpan.FromSeconds(20);

    /// <summary>The next message in a rented array, which the caller returns; null if the other closed, or sent text or too much.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; or the rest of it did not come in time.</exception>
    public static async Task<(byte[] Room, int Length)?> ReadAsync(WebSocket socket, CancellationToken cancellation)
    {
        // Nothing is rented while nothing comes: a read of no bytes waits for some.
        await socket.ReceiveAsync(Memory<byte>.Empty, cancellation);
        if (socket.State is not WebSocketState.Open)
        {
            return null;
        }

        var room = ArrayPool<byte>.Shared.Rent(PeerMessage.MaxLength);
        var length = 0;
        CancellationTokenSource? late = null;
        try
        {
            while (true)
            {
                var read = await socket.ReceiveAsync(room.AsMemory(length, PeerMessage.MaxLength - length), late?.Token ?? cancellation);
                length += read.Count;
                if (read.MessageType == WebSocketMessageType.Binary && read.EndOfMessage)
                {
                    return (room, length);
                }

                if (read.MessageType != WebSocketMessageType.Binary || length == PeerMessage.MaxLength)
                {
                    ArrayPool<byte>.Shared.Return(room);
                    return null;
                }

                if (late is null)
                {
                    late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                    late.CancelAfter(WholeWithin);
                }
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(room);
            throw;
        }
        finally
        {
            late?.Dispose();
        }
    }
}

using System.Buffers;
using System.Net.WebSockets;
using LiveLedger.Peering.Messages;

namespace LiveLedger.Relay.Links;

/// <summary>Reads whole messages off a WebSocket, none longer than any message is.</summary>
internal static class MessageReader
{
    /// <summary>The next message in a rented array, which the caller returns; null if the other closed, or sent text or too much.</summary>
    public static async Task<(byte[] Room, int Length)?> ReadAsync(WebSocket socket, CancellationToken cancellation)
    {
        // Nothing is rented while nothing comes: a read of no bytes waits for some.
        await socket.ReceiveAsync(Memory<byte>.Empty, cancellation);
        if (socket.State is not WebSocketState.Open)
        {
            return null;
        }

        var room = ArrayPool<byte>.Shared.Rent(PeerMessage.MaxLength + 1);
        var length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult read;
            try
            {
                read = await socket.ReceiveAsync(room.AsMemory(length, PeerMessage.MaxLength + 1 - length), cancellation);
            }
            catch
            {
                ArrayPool<byte>.Shared.Return(room);
                throw;
            }

            length += read.Count;
            if (read.MessageType != WebSocketMessageType.Binary || length > PeerMessage.MaxLength)
            {
                ArrayPool<byte>.Shared.Return(room);
                return null;
            }

            if (read.EndOfMessage)
            {
                return (room, length);
            }
        }
    }
}

using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Proofs;

namespace LiveLedger.Benchmarks.Swarm;

/// <summary>
/// Requests for admissions, each with a key of its own and signed before the clock starts, sent as bytes over connections that stay open: in a crowd each viewer's device does
/// that work, and here the load generator shares the server's cores.
/// </summary>
internal sealed class AdmissionRequests(Uri server, string issuer, BroadcastId broadcast, IReadOnlyList<(string Token, string Playback)> viewers) : IDisposable
{
    private readonly ConcurrentStack<Connection> _free = new();
    private int _viewer;

    /// <summary>Signs so many. They are fresh for a minute.</summary>
    public byte[][] Sign(int count)
    {
        var requests = new byte[count][];
        Parallel.For(0, count, n => requests[n] = One(Interlocked.Increment(ref _viewer) % viewers.Count));
        return requests;
    }

    /// <summary>Sends one, and hears that it was admitted.</summary>
    public async Task AdmitAsync(byte[] request)
    {
        if (!_free.TryPop(out var connection))
        {
            connection = new Connection(new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, new byte[8192]);
            await connection.Socket.ConnectAsync(server.Host, server.Port);
        }

        await connection.Socket.SendAsync(request);
        var length = 0;
        while (!IsWhole(connection.Buffer.AsSpan(0, length)))
        {
            var read = await connection.Socket.ReceiveAsync(connection.Buffer.AsMemory(length));
            length += read > 0 ? read : throw new InvalidOperationException("the server closed a connection");
        }

        if (!connection.Buffer.AsSpan().StartsWith("HTTP/1.1 201 "u8))
        {
            throw new InvalidOperationException($"wrongly refused: {Encoding.ASCII.GetString(connection.Buffer, 0, length)}");
        }

        _free.Push(connection);
    }

    public void Dispose()
    {
        foreach (var connection in _free)
        {
            connection.Socket.Dispose();
        }
    }

    // RFC 9112 §6.3: by its length, or by its last chunk.
    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8) + 4;
        if (head < 4)
        {
            return false;
        }

        var field = answer[..head].IndexOf("Content-Length: "u8);
        return field < 0 ? answer.EndsWith("\r\n0\r\n\r\n"u8) : Utf8Parser.TryParse(answer[(field + 16)..], out int length, out _) && answer.Length >= head + length;
    }

    private byte[] One(int viewer)
    {
        var (token, playback) = viewers[viewer];
        using var key = Ed25519PrivateKey.Generate();
        var (now, nonce) = (DateTimeOffset.UtcNow, Nonce.New());
        var proof = new byte[Ed25519PublicKey.SignatureLength];
        key.Sign(PossessionProof.RequestBytes(issuer, broadcast, key.PublicKey, now, nonce), proof);
        var body = $$"""{"key":"{{Text(key.PublicKey.Value)}}","time":{{now.ToUnixTimeMilliseconds()}},"nonce":"{{Text(nonce.Value)}}","proof":"{{Base64Url.EncodeToString(proof)}}","playback":"{{playback}}"}""";
        return Encoding.ASCII.GetBytes(
            $"POST /v1/admissions HTTP/1.1\r\nHost: {server.Authority}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    private static string Text(Bytes32 value) => Base64Url.EncodeToString(value.ToArray());

    private sealed record Connection(Socket Socket, byte[] Buffer);
}

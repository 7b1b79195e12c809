using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Swarm.Stun;

/// <summary>
/// Tells a peer the address that its packets come from, by UDP. The answer is about as long as the question, so it is of no use for an attack by reflection. A port that is taken
/// is reported and left: peers behind one NAT, and those with a TURN server, link without it.
/// </summary>
internal sealed partial class StunResponder(SwarmOptions options, ILogger<StunResponder> logger) : BackgroundService
{
    /// <summary>Our own, as a browser takes it; none if it is off.</summary>
    public static IEnumerable<IceServer> Servers(SwarmOptions options, HttpContext context)
    {
        var host = options.PublicUrl is { } url ? new Uri(url).Host : context.Request.Host.Host;
        return options.StunPort is { } port && host.Length > 0 ? [new IceServer([$"stun:{host}:{port}"])] : [];
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.StunPort is not { } port)
        {
            return;
        }

        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        }
        catch (SocketException e)
        {
            Taken(logger, port, e.Message);
            return;
        }

        var request = GC.AllocateArray<byte>(StunMessage.MaxRequest + 1, pinned: true);
        var response = GC.AllocateArray<byte>(StunMessage.MaxResponse, pinned: true);
        var from = new SocketAddress(AddressFamily.InterNetworkV6);
        var anybody = new IPEndPoint(IPAddress.IPv6Any, 0);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var length = await socket.ReceiveFromAsync(request, SocketFlags.None, from, stoppingToken);
                var answer = StunMessage.Answer(request.AsSpan(0, length), (IPEndPoint)anybody.Create(from), response);
                if (answer > 0)
                {
                    await socket.SendToAsync(response.AsMemory(0, answer), SocketFlags.None, from, stoppingToken);
                }
            }
            catch (SocketException)
            {
                // Too long, or an unreachable asker's ICMP: theirs, not ours.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "no STUN on UDP port {Port}: {Reason}; peers behind different NATs will not link without another one")]
    private static partial void Taken(ILogger logger, int port, string reason);
}

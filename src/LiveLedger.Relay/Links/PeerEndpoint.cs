using LiveLedger.Media;
using LiveLedger.Peering.Links;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Relay.Links;

/// <summary><c>/v1/peer/{broadcast}</c>: the peer protocol on a WebSocket. Pages of any origin may open it: what counts is the admission and the proof that follows.</summary>
internal sealed class PeerEndpoint(Func<BroadcastId, RelaySwarm?> find, TimeProvider time, CancellationToken stopping)
{
    // Strangers who have proved nothing yet.
    private const int MaxHandshakes = 256;

    private static readonly RelayRefusal s_notWebSocket = new(426, "websocket-expected", "This address is for WebSockets.");
    private static readonly RelayRefusal s_full = new(503, "relay-full", "Too many peers are linking at once.") { RetryAfter = 1 };

    private readonly Strangers _strangers = new();
    private int _shaking;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/peer/{broadcast}", LinkAsync);

    private async Task LinkAsync(HttpContext context)
    {
        if (!BroadcastId.TryParse(context.Request.RouteValues["broadcast"] as string, out var id) || find(id) is not { } swarm)
        {
            await RelayRefusal.UnknownBroadcast.SendAsync(context);
            return;
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            await s_notWebSocket.SendAsync(context);
            return;
        }

        if (swarm.Self is not { Admission.Origin: not null } self || self.Admission.ExpiresAt <= swarm.Platform.Now || swarm.Platform.Verifier is null)
        {
            await RelayRefusal.NotAdmitted.SendAsync(context);
            return;
        }

        using var stranger = Interlocked.Increment(ref _shaking) <= MaxHandshakes ? _strangers.Enter(context.Connection.RemoteIpAddress?.GetAddressBytes()) : null;
        if (stranger is null)
        {
            Interlocked.Decrement(ref _shaking);
            await s_full.SendAsync(context);
            return;
        }

        var isShaking = 1;
        void Shaken()
        {
            stranger.Dispose();
            if (Interlocked.Exchange(ref isShaking, 0) == 1)
            {
                Interlocked.Decrement(ref _shaking);
            }
        }

        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
            {
                KeepAliveInterval = TimeSpan.FromSeconds(15),
                KeepAliveTimeout = TimeSpan.FromSeconds(20),
            });
            await new PeerLink(socket, swarm, time).RunAsync(self, Shaken, stopping);
        }
        finally
        {
            Shaken();
        }
    }
}

using System.Security.Claims;

namespace LiveLedger.Broadcasting.Broadcasts;

/// <summary>Who calls the REST API, as its token says.</summary>
internal readonly record struct Caller(string Name, string Role)
{
    public static Caller Of(ClaimsPrincipal user) => new(
        user.FindFirst("sub")?.Value ?? user.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? "",
        user.FindFirst("role")?.Value ?? user.FindFirst(ClaimTypes.Role)?.Value ?? "");

    public bool IsBroadcaster => Role == "broadcaster" && Name.Length > 0;

    /// <summary>Its own broadcasts only; operators and auditors see all.</summary>
    public bool MayRead(Broadcast broadcast) => Role is "operator" or "auditor" || MayChange(broadcast);

    /// <summary>Takes broadcasts down and restores them: its own, and an operator all.</summary>
    public bool MayModerate(Broadcast broadcast) => Role == "operator" || MayChange(broadcast);

    public bool MayChange(Broadcast broadcast) => IsBroadcaster && broadcast.Owner == Name;
}

using System.Security.Claims;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Peering.Staying;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Swarm.Staying;

/// <summary><c>/v1/swarm/staying-model</c>: the operator's word on which model of who stays the trackers go by.</summary>
internal sealed class StayingEndpoints(EventStore ledger, StayingInForce inForce, TimeProvider time)
{
    private static readonly Refusal s_role = new(403, "role-missing", "The model of who stays is the operator's.");
    private static readonly Refusal s_none = new(404, "staying-model-unknown", "No model of who stays was adopted.");

    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("staying-model", static (ClaimsPrincipal user, StayingEndpoints e, HttpContext context) => e.Read(user, context)).WithName("readStayingModel").WithTags("swarm");
        group.MapPut("staying-model", static (ClaimsPrincipal user, StayingEndpoints e, HttpContext context) => e.AdoptAsync(user, context)).WithName("adoptStayingModel").WithTags("swarm");
    }

    private IResult Read(ClaimsPrincipal user, HttpContext context)
    {
        if (!user.HasClaim("role", "operator"))
        {
            return s_role.ToResult();
        }

        context.Response.Headers.CacheControl = "no-store";
        return inForce.Adopted is { } adopted ? Answer(adopted) : s_none.ToResult();
    }

    private async Task<IResult> AdoptAsync(ClaimsPrincipal user, HttpContext context)
    {
        if (!user.HasClaim("role", "operator"))
        {
            return s_role.ToResult();
        }

        var (model, why) = await ReadAsync(context);
        if (model is null)
        {
            return new Refusal(400, "staying-model-invalid", $"This model is refused: {why}.").ToResult();
        }

        var appended = await ledger.AppendAsync(StayingEvents.Stream, ExpectedVersion.Any, [StayingEvents.Adopted(time, model)], context.RequestAborted);
        var adopted = new AdoptedModel(appended.Version + 1, appended.RecordedAt ?? time.GetUtcNow(), model);
        inForce.Take(adopted);
        return Answer(adopted);
    }

    private static async Task<(StayingModel? Model, string? Why)> ReadAsync(HttpContext context)
    {
        var body = new byte[StayingModelJson.MaxBytes + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted);
        return (StayingModelJson.TryRead(body.AsSpan(0, length), out var model, out var why) ? model : null, why);
    }

    // As it stands in the log: its JSON is the model's own format, and none of an answer's.
    private static IResult Answer(AdoptedModel adopted) => Results.Bytes(
        [.. System.Text.Encoding.UTF8.GetBytes($"{{\"version\":{adopted.Version},\"adoptedAt\":\"{adopted.AdoptedAt:yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'}\",\"model\":"), .. StayingModelJson.Write(adopted.Model), (byte)'}'],
        "application/json");
}

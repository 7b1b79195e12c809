using System.Security.Claims;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Licensing.Webhooks;

/// <summary><c>/v1/broadcasts/{id}/webhooks</c>: where a shop wants to be told.</summary>
internal sealed class WebhookEndpoints(WebhookBook book, WebhookOutbox outbox, WebhookSecrets secrets, LicensingOptions options, LicensingLinks links)
{
    private const int MaxUrlLength = 1000;
    private const int PageSize = 100;

    private static readonly Refusal s_unknown = new(404, "webhook-unknown", "This broadcast has no such webhook.");
    private static readonly Refusal s_noDelivery = new(404, "delivery-unknown", "This webhook has no such delivery.");
    private static readonly Refusal s_many = new(409, "webhooks-full", $"A broadcast has at most {WebhookBook.MaxPerBroadcast} webhooks.");
    private static readonly Refusal s_types = new(400, "webhook-types-invalid", $"types are of: {string.Join(", ", WebhookMessage.Types.Values.Order(StringComparer.Ordinal))}.");

    public static void Map(RouteGroupBuilder broadcasts)
    {
        var group = broadcasts.MapGroup("{id}/webhooks").WithTags("webhooks");
        group.MapPost("", static (string id, AddWebhookRequest body, ClaimsPrincipal user, WebhookEndpoints e, HttpContext context) => e.AddAsync(id, body, user, context))
            .WithName("addWebhook").Produces<WebhookView>(201);
        group.MapGet("", static (string id, ClaimsPrincipal user, WebhookEndpoints e, HttpContext context) => e.ListAsync(id, user, context))
            .WithName("listWebhooks").Produces<WebhookListView>();
        group.MapDelete("{webhook}", static (string id, string webhook, ClaimsPrincipal user, WebhookEndpoints e, CancellationToken cancel) => e.RemoveAsync(id, webhook, user, cancel))
            .WithName("removeWebhook").Produces(204);
        group.MapGet("{webhook}/deliveries", static (string id, string webhook, ClaimsPrincipal user, WebhookEndpoints e, CancellationToken cancel) => e.DeliveriesAsync(id, webhook, user, cancel))
            .WithName("listDeliveries").Produces<DeliveryListView>();
        group.MapPost("{webhook}/deliveries/{message}/redelivery", static (string id, string webhook, string message, ClaimsPrincipal user, WebhookEndpoints e, CancellationToken cancel) =>
            e.RedeliverAsync(id, webhook, message, user, cancel)).WithName("redeliver").Produces(202);
    }

    private async Task<IResult> AddAsync(string id, AddWebhookRequest body, ClaimsPrincipal user, HttpContext context)
    {
        var broadcast = await links.OwnedAsync(id, user, context.RequestAborted);
        var types = body.Types ?? [];
        if (types.Any(static type => !WebhookMessage.Types.Values.Contains(type)))
        {
            return s_types.ToResult();
        }

        if (await book.AddAsync(broadcast, Checked(body.Url), [.. types.Distinct()], context.RequestAborted) is not { } added)
        {
            return s_many.ToResult();
        }

        context.Response.Headers.CacheControl = "no-store";
        return Results.Created($"/v1/broadcasts/{broadcast}/webhooks/{added.Id}", View(added));
    }

    private async Task<IResult> ListAsync(string id, ClaimsPrincipal user, HttpContext context)
    {
        var broadcast = await links.OwnedAsync(id, user, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        return Results.Ok(new WebhookListView([.. (await book.ListAsync(broadcast, context.RequestAborted)).Select(View)]));
    }

    private async Task<IResult> RemoveAsync(string id, string webhook, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.OwnedAsync(id, user, cancel);
        return WebhookId.TryParse(webhook, out var named) && await book.RemoveAsync(broadcast, named, cancel) ? Results.NoContent() : s_unknown.ToResult();
    }

    private async Task<IResult> DeliveriesAsync(string id, string webhook, ClaimsPrincipal user, CancellationToken cancel)
    {
        var found = await FindAsync(id, webhook, user, cancel);
        return found is null ? s_unknown.ToResult() : Results.Ok(await DatabaseAway.GuardAsync(async () =>
            new DeliveryListView(await outbox.ListAsync(found.Id, PageSize, cancel), await outbox.ListLeftOutAsync(found.Id, cancel))));
    }

    private async Task<IResult> RedeliverAsync(string id, string webhook, string message, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await FindAsync(id, webhook, user, cancel) is not { } found)
        {
            return s_unknown.ToResult();
        }

        return Guid.TryParseExact(message, "N", out var named) && await DatabaseAway.GuardAsync(() => outbox.RedeliverAsync(found.Id, named, cancel))
            ? Results.Accepted()
            : s_noDelivery.ToResult();
    }

    private async Task<Webhook?> FindAsync(string id, string webhook, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.OwnedAsync(id, user, cancel);
        return WebhookId.TryParse(webhook, out var named) && await book.ReadAsync(named, cancel) is { } found && found.Broadcast == broadcast ? found : null;
    }

    private Uri Checked(string? text) =>
        text is { Length: > 0 and <= MaxUrlLength } && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.AbsoluteUri.Length <= MaxUrlLength && url.UserInfo.Length == 0 && url.Fragment.Length == 0
        && (url.Scheme == Uri.UriSchemeHttps || (options.PrivateWebhooks && url.Scheme == Uri.UriSchemeHttp))
            ? url
            : throw new RefusedException(new(400, "webhook-url-invalid", $"url is an https address of at most {MaxUrlLength} characters, without user and fragment."));

    private WebhookView View(Webhook webhook) => new(webhook.Id.ToString(), webhook.Broadcast.ToString(), secrets.OpenUrl(webhook).AbsoluteUri, webhook.Types, webhook.AddedAt, secrets.Show(webhook));
}

/// <summary>Where to tell, and of what.</summary>
/// <param name="Url">An https address.</param>
/// <param name="Types">Types of messages; none for all but licences.</param>
internal sealed record AddWebhookRequest(string? Url, IReadOnlyList<string>? Types = null);

/// <summary>A webhook.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Broadcast">Of which broadcast.</param>
/// <param name="Url">Where to.</param>
/// <param name="Types">Of what; empty for all but licences.</param>
/// <param name="AddedAt">Since when.</param>
/// <param name="Secret">What its messages are signed with: <c>whsec_</c> and base64.</param>
internal sealed record WebhookView(string Id, string Broadcast, string Url, IReadOnlyList<string> Types, DateTimeOffset AddedAt, string Secret);

/// <summary>The webhooks of a broadcast.</summary>
internal sealed record WebhookListView(IReadOnlyList<WebhookView> Items);

/// <summary>The last deliveries of a webhook, newest first.</summary>
/// <param name="Items">They.</param>
/// <param name="LeftOut">What is not delivered, since too many waited when it came.</param>
internal sealed record DeliveryListView(IReadOnlyList<DeliveryView> Items, IReadOnlyList<LeftOutView> LeftOut);

/// <summary>A delivery as its broadcaster sees it.</summary>
/// <param name="Message">The message's id, as <c>webhook-id</c> said it.</param>
/// <param name="Type">Of what.</param>
/// <param name="State"><c>delivered</c>, <c>waiting</c> or <c>given-up</c>.</param>
/// <param name="CreatedAt">Since when it is on its way.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="TriedAt">When last.</param>
/// <param name="Status">The last answer's status.</param>
/// <param name="Failure">Why the last attempt failed.</param>
/// <param name="DueAt">When it is tried again.</param>
internal sealed record DeliveryView(
    string Message, string Type, string State, DateTimeOffset CreatedAt, int Attempts, DateTimeOffset? TriedAt, int? Status, string? Failure, DateTimeOffset? DueAt);

/// <summary>Messages that were left out.</summary>
/// <param name="Type">Of what.</param>
/// <param name="Messages">How many.</param>
/// <param name="FirstAt">The first.</param>
/// <param name="LastAt">The last.</param>
internal sealed record LeftOutView(string Type, long Messages, DateTimeOffset FirstAt, DateTimeOffset LastAt);

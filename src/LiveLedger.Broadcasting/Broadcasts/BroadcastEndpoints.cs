using System.Security.Claims;
using LiveLedger.Broadcasting.Logging;
using LiveLedger.Broadcasting.Origin;
using LiveLedger.Broadcasting.Pipeline;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Media.Protection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Broadcasting.Broadcasts;

/// <summary><c>/v1/broadcasts</c>. Somebody else's broadcast is answered like one that does not exist.</summary>
internal sealed class BroadcastEndpoints(
    BroadcastBook book, BroadcastCommands commands, LivePipelines pipelines, Recordings recordings, SegmentLog log, BroadcastingLinks links,
    BroadcastingOptions options)
{
    private const int PageSize = 50;
    private const int MaxCertificateBytes = 4096;

    private static readonly Refusal Unknown = new(404, "broadcast-unknown", "There is no such broadcast, or it is not yours.");
    private static readonly Refusal NotBroadcaster = new(403, "role-missing", "This needs a broadcaster's token.");
    private static readonly Refusal PeersUnknown = new(400, "peers-unknown", "peers is viewers or relays.");

    public static void Map(RouteGroupBuilder group)
    {
        group.MapPost("", static (CreateBroadcastRequest body, ClaimsPrincipal user, HttpContext context, BroadcastEndpoints e) => e.CreateAsync(body, user, context)).WithName("createBroadcast");
        group.MapGet("", static (string? after, ClaimsPrincipal user, HttpContext context, BroadcastEndpoints e) => e.ListAsync(after, user, context)).WithName("listBroadcasts");
        group.MapGet("{id}", static (string id, ClaimsPrincipal user, HttpContext context, BroadcastEndpoints e) =>
            e.ReadAsync(id, user, context, b => Results.Ok(BroadcastView.Of(b, e.BaseUrl(context))))).WithName("readBroadcast");
        group.MapGet("{id}/status", static (string id, ClaimsPrincipal user, HttpContext context, BroadcastEndpoints e) =>
            e.ReadAsync(id, user, context, e.Status)).WithName("readBroadcastStatus");
        group.MapPut("{id}/signer", static (string id, ClaimsPrincipal user, HttpContext context, BroadcastEndpoints e) =>
            e.ChangeAsync(id, user, context, async b => Answer(await e.CertifyAsync(b, context), Results.NoContent))).WithName("certifySigner");
        group.MapPut("{id}/peers", static (string id, ChoosePeersRequest body, ClaimsPrincipal user, HttpContext context, BroadcastEndpoints e) =>
            e.ChangeAsync(id, user, context, async b => await e.AfterAsync(await e.ChoosePeersAsync(b, body, context), b.Id, context))).WithName("choosePeers");
        group.MapPost("{id}/start", static (string id, ClaimsPrincipal user, HttpContext context, BroadcastEndpoints e) =>
            e.ChangeAsync(id, user, context, async b => await e.AfterAsync(await e.StartAsync(b, context), b.Id, context))).WithName("startBroadcast");
        group.MapPost("{id}/end", static (string id, ClaimsPrincipal user, HttpContext context, BroadcastEndpoints e) =>
            e.ChangeAsync(id, user, context, async b => await e.AfterAsync(await e.EndAsync(b), b.Id, context))).WithName("endBroadcast");
        group.MapPost("{id}/takedown", static (string id, TakeDownRequest body, ClaimsPrincipal user, HttpContext context, BroadcastEndpoints e) =>
            e.TakeDownAsync(id, body, user, context)).WithName("takeDownBroadcast");
        group.MapPost("{id}/restore", static (string id, ClaimsPrincipal user, HttpContext context, BroadcastEndpoints e) =>
            e.RestoreAsync(id, user, context)).WithName("restoreBroadcast");
        group.MapPost("{id}/ingest-key", static (string id, ClaimsPrincipal user, HttpContext context, BroadcastEndpoints e) =>
            e.ChangeAsync(id, user, context, async b => await e.RotateAsync(b, context))).WithName("rotateIngestKey");
    }

    private async Task<IResult> CreateAsync(CreateBroadcastRequest body, ClaimsPrincipal user, HttpContext context)
    {
        var caller = Caller.Of(user);
        if (!caller.IsBroadcaster)
        {
            return NotBroadcaster.ToResult();
        }

        var title = body.Title?.Trim();
        if (title is not { Length: > 0 and <= BroadcastCommands.MaxTitleLength } || title.Any(char.IsControl))
        {
            return new Refusal(400, "title-invalid", $"A title has 1 to {BroadcastCommands.MaxTitleLength} characters and no control characters.").ToResult();
        }

        ProtectionScheme? scheme = body.Scheme switch { null or "cbcs" => ProtectionScheme.Cbcs, "cenc" => ProtectionScheme.Cenc, _ => null };
        if (scheme is not { } chosen)
        {
            return new Refusal(400, "scheme-unknown", "The scheme is cbcs or cenc.").ToResult();
        }

        if (!KeyPeriodLength.TryOf(body.KeyPeriodSeconds, out var keyPeriod))
        {
            return new Refusal(400, "key-period-invalid", $"keyPeriodSeconds is {KeyPeriodLength.MinSeconds} to {KeyPeriodLength.MaxSeconds}, or null for one key throughout.").ToResult();
        }

        KeySignalling? signalling = body.KeySignalling switch { null or "init" => KeySignalling.Init, "in-band" => KeySignalling.InBand, _ => null };
        if (signalling is not { } said)
        {
            return new Refusal(400, "key-signalling-unknown", "keySignalling is init or in-band.").ToResult();
        }

        if (PeersOf(body.Peers ?? "viewers") is not { } peers)
        {
            return PeersUnknown.ToResult();
        }

        var (broadcast, key) = await commands.CreateAsync(caller.Name, title, chosen, keyPeriod, said, peers, context.RequestAborted);
        return Results.Created($"/v1/broadcasts/{broadcast.Id}", BroadcastView.Of(broadcast, BaseUrl(context), key));
    }

    private async Task<IResult> ListAsync(string? after, ClaimsPrincipal user, HttpContext context)
    {
        var caller = Caller.Of(user);
        BroadcastId? before = null;
        if (after is not null)
        {
            if (!BroadcastId.TryParse(after, out var id))
            {
                return new Refusal(400, "page-invalid", "'after' is the 'next' of the page before.").ToResult();
            }

            before = id;
        }

        var owner = caller.Role is "operator" or "auditor" ? null : caller.Name;
        var ids = await book.ListAsync(owner, before, PageSize, context.RequestAborted);
        var items = new List<BroadcastView>();
        foreach (var id in ids)
        {
            if (await book.FindAsync(id, context.RequestAborted) is { } broadcast)
            {
                items.Add(BroadcastView.Of(broadcast, BaseUrl(context)));
            }
        }

        return Results.Ok(new { items, next = ids.Count == PageSize ? ids[^1].ToString() : null });
    }

    private Task<IResult> ReadAsync(string id, ClaimsPrincipal user, HttpContext context, Func<Broadcast, IResult> answer) =>
        WithAsync(id, context, broadcast => Task.FromResult(Caller.Of(user).MayRead(broadcast) ? answer(broadcast) : Unknown.ToResult()));

    private async Task<IResult> TakeDownAsync(string id, TakeDownRequest body, ClaimsPrincipal user, HttpContext context)
    {
        var reason = body.Reason?.Trim() ?? "";
        return reason.Length is 0 or > BroadcastCommands.MaxReasonLength || reason.Any(char.IsControl)
            ? new Refusal(400, "reason-invalid", $"A takedown has a reason of 1 to {BroadcastCommands.MaxReasonLength} characters and no control characters.").ToResult()
            // Once begun, it is carried through even if the caller hangs up.
            : await ModerateAsync(id, user, context, (b, role) => commands.TakeDownAsync(b, role, reason, CancellationToken.None));
    }

    private Task<IResult> RestoreAsync(string id, ClaimsPrincipal user, HttpContext context) =>
        ModerateAsync(id, user, context, (b, role) => commands.RestoreAsync(b, role, CancellationToken.None));

    private Task<IResult> ModerateAsync(string id, ClaimsPrincipal user, HttpContext context, Func<BroadcastId, string, Task<Refusal?>> act) =>
        WithAsync(id, context, async broadcast =>
        {
            var caller = Caller.Of(user);
            return caller.MayModerate(broadcast)
                ? await UnlessChangedAsync(async () => await AfterAsync(await act(broadcast.Id, caller.Role), broadcast.Id, context))
                : (caller.MayRead(broadcast) ? NotBroadcaster : Unknown).ToResult();
        });

    private Task<IResult> ChangeAsync(string id, ClaimsPrincipal user, HttpContext context, Func<Broadcast, Task<IResult>> change) =>
        WithAsync(id, context, async broadcast =>
        {
            var caller = Caller.Of(user);
            if (!caller.MayChange(broadcast))
            {
                return (caller.MayRead(broadcast) ? NotBroadcaster : Unknown).ToResult();
            }

            return await UnlessChangedAsync(() => change(broadcast));
        });

    private static async Task<IResult> UnlessChangedAsync(Func<Task<IResult>> change)
    {
        try
        {
            return await change();
        }
        catch (BroadcastChangedException)
        {
            return new Refusal(409, "broadcast-changed", "The broadcast was changed meanwhile; read it and try again.").ToResult();
        }
    }

    private async Task<IResult> WithAsync(string text, HttpContext context, Func<Broadcast, Task<IResult>> then) =>
        BroadcastId.TryParse(text, out var id) && await book.FindAsync(id, context.RequestAborted) is { } broadcast
            ? await then(broadcast)
            : Unknown.ToResult();

    private async Task<IResult> AfterAsync(Refusal? refusal, BroadcastId id, HttpContext context) =>
        refusal?.ToResult() ?? Results.Ok(BroadcastView.Of((await book.FindAsync(id, context.RequestAborted))!, BaseUrl(context)));

    private static BroadcastPeers? PeersOf(string? text) => text switch { "viewers" => BroadcastPeers.Viewers, "relays" => BroadcastPeers.Relays, _ => null };

    private async Task<Refusal?> ChoosePeersAsync(Broadcast broadcast, ChoosePeersRequest body, HttpContext context) =>
        PeersOf(body.Peers) is { } peers ? await commands.ChoosePeersAsync(broadcast.Id, peers, context.RequestAborted) : PeersUnknown;

    private Task<Refusal?> StartAsync(Broadcast broadcast, HttpContext context) => commands.StartAsync(broadcast.Id, context.RequestAborted);

    // Once begun, an end is carried through even if the caller hangs up.
    private Task<Refusal?> EndAsync(Broadcast broadcast) => commands.EndAsync(broadcast.Id, CancellationToken.None);

    private async Task<IResult> RotateAsync(Broadcast broadcast, HttpContext context) =>
        Results.Ok(new { key = await commands.RotateIngestKeyAsync(broadcast, context.RequestAborted) });

    private static IResult Answer(Refusal? refusal, Func<IResult> good) => refusal?.ToResult() ?? good();

    private async Task<Refusal?> CertifyAsync(Broadcast broadcast, HttpContext context)
    {
        using var certificate = new MemoryStream();
        var buffer = new byte[MaxCertificateBytes];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            certificate.Write(buffer, 0, read);
            if (certificate.Length > MaxCertificateBytes)
            {
                return new(413, "certificate-too-large", $"A certificate has at most {MaxCertificateBytes} bytes.");
            }
        }

        return await commands.CertifyAsync(broadcast, certificate.ToArray(), context.RequestAborted);
    }

    private IResult Status(Broadcast broadcast)
    {
        var recording = recordings.FindLatest(broadcast.Id);
        var tracks = recording?.Tracks ?? [];
        var isSealed = tracks.Sum(t => (long)t.Count);
        // An ended broadcast ended only after everything was logged.
        long? logged = broadcast.State == BroadcastState.Ended ? isSealed
            : broadcast.State == BroadcastState.Live && pipelines.Find(broadcast.Id) is null ? null
            : tracks.Sum(t => (long)log.Logged(broadcast.Id, t.Name));
        return Results.Ok(new StatusView(
            broadcast.State.ToString().ToLowerInvariant(),
            recording?.Timeline.Epochs is [.., var epoch] ? epoch.Number : null,
            links.ViewerCount(broadcast.Id), logged, isSealed - logged,
            pipelines.LastRefusal(broadcast.Id), [.. tracks.Select(TrackStatusView.Of)]));
    }

    private string BaseUrl(HttpContext context) => options.PublicUrl ?? $"{context.Request.Scheme}://{context.Request.Host}";
}

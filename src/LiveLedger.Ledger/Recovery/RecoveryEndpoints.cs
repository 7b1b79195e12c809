using System.Security.Claims;
using LiveLedger.Ledger.Auditing;
using LiveLedger.Ledger.Refusals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Ledger.Recovery;

/// <summary>What an operator asks and orders about a halted log, under <c>/v1/ledger/recovery</c>.</summary>
internal static class RecoveryEndpoints
{
    public static void Map(RouteGroupBuilder ledger)
    {
        ledger.MapGet("recovery", static (ClaimsPrincipal user, HttpContext http, LogRecovery recovery, LedgerState state) => Guarded(user, () => View(http, recovery, state))).WithName("readRecovery");
        ledger.MapPost("recovery/examination", static (ClaimsPrincipal user, LogRecovery recovery) => Guarded(user, () =>
        {
            recovery.BeginExamination();
            return Results.StatusCode(202);
        })).WithName("examineLog");
        ledger.MapPost("recovery/roll-forward", static (ClaimsPrincipal user, LogRecovery recovery) => Guarded(user, () =>
        {
            recovery.BeginRollForward(user.FindFirst("sub")?.Value ?? "operator");
            return Results.StatusCode(202);
        })).WithName("rollLogForward");
        ledger.MapPost("recovery/successor", static (SuccessorOrder order, ClaimsPrincipal user, LogRecovery recovery, CancellationToken cancel) => GuardedAsync(user, async () =>
        {
            await recovery.SucceedAsync(order.Origin ?? "", order.Reason ?? "", user.FindFirst("sub")?.Value ?? "operator", cancel);
            return Results.Json(new { origin = order.Origin, next = "start the server again" });
        })).WithName("openSuccessor");
    }

    /// <summary>Public: which log this one has succeeded, if any.</summary>
    public static IResult Predecessor(LedgerOptions options) => options.Succeeds is { } succession
        ? Results.Bytes(succession.ToJson(), "application/json")
        : new Refusal(404, "predecessor-missing", "this log has taken nobody's place").ToResult();

    private static Task<IResult> Guarded(ClaimsPrincipal user, Func<IResult> answer) => GuardedAsync(user, () => Task.FromResult(answer()));

    private static async Task<IResult> GuardedAsync(ClaimsPrincipal user, Func<Task<IResult>> answer)
    {
        try
        {
            return AuditAccess.RefuseOperating(user)?.ToResult() ?? await answer();
        }
        catch (RefusedException e)
        {
            return e.Refusal.ToResult();
        }
    }

    private static IResult View(HttpContext http, LogRecovery recovery, LedgerState state)
    {
        http.Response.Headers.CacheControl = "no-store";
        var progress = recovery.Progress;
        return Results.Json(new
        {
            log = state.Halted is not null ? "halted" : state.IsOpen ? "open" : "opening",
            reason = state.Halted,
            running = recovery.IsRunning ? new { stage = progress.Stage.ToString().ToLowerInvariant(), done = progress.Done, all = progress.All } : null,
            failure = recovery.Failure is { } failure ? new { code = failure.Code, detail = failure.Detail } : null,
            found = recovery.Found is { } found ? Describe(found) : null,
        });
    }

    private static object Describe(LogExamination found) => new
    {
        databaseEvents = found.DatabaseSize,
        journal = found.Journal is var (first, end) ? new { first, end } : null,
        missing = found.Missing,
        differsAt = found.Differs,
        promises = found.Promises.Select(p => new
        {
            source = p.Promise.Source,
            size = p.Promise.Head.Size.Value,
            root = p.Promise.Head.Root.ToString(),
            state = p.State switch { PromiseState.Kept => "kept", PromiseState.Broken => "broken", _ => "beyond" },
        }),
        canRollForward = found.CanRollForward,
        advice = RecoveryAdvice.Of(found),
    };
}

/// <summary>The order to open a successor.</summary>
internal sealed record SuccessorOrder(string? Origin, string? Reason);

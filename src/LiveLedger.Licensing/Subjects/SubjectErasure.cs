using System.Security.Claims;
using System.Text.Json;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Ledger.Subjects;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Media;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Licensing.Subjects;

/// <summary><c>POST /v1/subjects/{id}/erasure</c>: destroys the keys of a person, and with them all that was stored about that person.</summary>
internal sealed class SubjectErasure(SubjectKeys subjects, EventStore ledger, LicensingLinks links, TimeProvider time)
{
    private static readonly Refusal s_role = new(403, "role-missing", "This needs a broadcaster's or an operator's token.");

    public static void Map(RouteGroupBuilder group) =>
        group.MapPost("{id}/erasure", static (string id, ClaimsPrincipal user, SubjectErasure erasure, CancellationToken cancel) => erasure.EraseAsync(id, user, cancel))
            .WithName("eraseSubject").Produces<ErasureView>();

    private async Task<IResult> EraseAsync(string id, ClaimsPrincipal user, CancellationToken cancel)
    {
        // A slash in a name arrives as %2F and is the one character that the route leaves so.
        var viewer = id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var role = user.FindFirst("role")?.Value;
        if (role is not ("broadcaster" or "operator"))
        {
            return s_role.ToResult();
        }

        if (!ViewerPseudonyms.IsViewer(viewer))
        {
            return EntitlementEndpoints.ViewerInvalid.ToResult();
        }

        var erased = 0;
        foreach (var scope in subjects.Scopes())
        {
            if (BroadcastId.TryParse(scope, out var broadcast) && (role == "operator" || await links.OwnerOf(broadcast, cancel) == user.FindFirst("sub")?.Value))
            {
                erased += await EraseAsync(broadcast, viewer, role, cancel) ? 1 : 0;
            }
        }

        return Results.Ok(new ErasureView(erased));
    }

    private async Task<bool> EraseAsync(BroadcastId broadcast, string viewer, string actor, CancellationToken cancel)
    {
        var scope = ViewerPseudonyms.Scope(broadcast);
        using (var key = subjects.Find(scope, viewer))
        {
            if (key is not null)
            {
                // The order first, then the deed: with the database away nothing is destroyed and the caller is told to come back; a crash
                // between the two leaves an order that says what was asked, and no answer, so it is asked again.
                await ledger.AppendAsync(new($"subject/{key.Id}"), ExpectedVersion.NoStream, [Ordered(broadcast, key.Id, actor)], cancel: cancel);
            }
        }

        // Also without a key: an erasure that was cut off may have left the name.
        return subjects.Erase(scope, viewer);
    }

    private NewEvent Ordered(BroadcastId broadcast, SubjectId subject, string actor) => new(
        Guid.CreateVersion7(time.GetUtcNow()), "subject-erasure-ordered", 1,
        JsonSerializer.SerializeToUtf8Bytes(new { broadcast = broadcast.ToString(), subject = subject.ToString() }), actor);
}

/// <summary>What an erasure came to.</summary>
/// <param name="Erased">In how many broadcasts the person was known and is no more.</param>
internal sealed record ErasureView(int Erased);

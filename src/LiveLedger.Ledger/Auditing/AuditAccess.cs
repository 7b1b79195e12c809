using System.Security.Claims;
using LiveLedger.Ledger.Refusals;

namespace LiveLedger.Ledger.Auditing;

/// <summary>Who may ask what: operators and auditors everything, a broadcaster about one of its own broadcasts at a time.</summary>
internal static class AuditAccess
{
    private static readonly Refusal s_role = new(403, "role-missing", "This needs the token of an auditor, an operator or a broadcaster.");
    private static readonly Refusal s_operator = new(403, "role-missing", "This needs an operator's token.");
    private static readonly Refusal s_unknown = new(404, "broadcast-unknown", "There is no such broadcast, or it is not yours.");

    /// <summary>Why a caller may not read what belongs to a broadcast (null: everything there is); null if it may.</summary>
    public static async Task<Refusal?> RefuseAsync(this AuditLinks links, ClaimsPrincipal user, string? broadcast, CancellationToken cancel)
    {
        if (SeesAll(user))
        {
            return null;
        }

        if (Role(user) != "broadcaster" || user.FindFirst("sub")?.Value is not { Length: > 0 } account)
        {
            return s_role;
        }

        if (broadcast is null)
        {
            return AuditQuery.Invalid("a broadcaster asks about one of its own broadcasts: broadcast=…");
        }

        return await links.OwnerOf(broadcast, cancel) == account ? null : s_unknown;
    }

    /// <summary>Why a caller may not look at the ledger's workings; null if it may.</summary>
    public static Refusal? RefuseWorkings(ClaimsPrincipal user) => SeesAll(user) ? null : s_role;

    /// <summary>Why a caller may not change the ledger's workings; null if it may.</summary>
    public static Refusal? RefuseOperating(ClaimsPrincipal user) => Role(user) == "operator" ? null : s_operator;

    private static bool SeesAll(ClaimsPrincipal user) => Role(user) is "operator" or "auditor";

    private static string? Role(ClaimsPrincipal user) => user.FindFirst("role")?.Value;
}

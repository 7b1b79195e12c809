using System.Security.Claims;
using System.Text;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Media;
using Microsoft.AspNetCore.Http;

namespace LiveLedger.Licensing;

/// <summary>
/// From an <c>Idempotency-Key</c> to the command that it names. The command's id stands in public leaves, and a shop may well use an order
/// number or an address for a key, so it is made with a secret of the broadcast: nobody can try guesses against it.
/// </summary>
internal sealed class IdempotencyKeys(MasterKeys masters)
{
    /// <summary>The header.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>Longest key in characters.</summary>
    public const int MaxLength = 200;

    private static readonly Refusal s_invalid = new(400, "idempotency-key-invalid", $"An Idempotency-Key has 1 to {MaxLength} characters of printable ASCII.");

    /// <summary>The command of a request; null if it names none.</summary>
    /// <exception cref="RefusedException">The header is malformed.</exception>
    public CommandId? Of(HttpContext context, ClaimsPrincipal user, BroadcastId broadcast, string purpose)
    {
        var values = context.Request.Headers[Header];
        return values.Count == 0 ? null : Of(Checked(values.Count == 1 ? values[0] : null), user, broadcast, purpose);
    }

    /// <summary>The command that a key names.</summary>
    /// <exception cref="RefusedException">The key is malformed.</exception>
    public CommandId Of(string key, ClaimsPrincipal user, BroadcastId broadcast, string purpose)
    {
        Span<byte> id = stackalloc byte[16];
        masters.Derive(broadcast, Encoding.UTF8.GetBytes($"liveledger idempotency v1\n{purpose}\n{user.FindFirst("sub")?.Value}\n{Checked(key)}"), id);
        return new(new Guid(id, bigEndian: true));
    }

    /// <summary>True for a key as it must be.</summary>
    public static bool IsKey(string? key) => key is { Length: >= 1 and <= MaxLength } && key.All(static c => c is > ' ' and < '\x7f');

    private static string Checked(string? key) => IsKey(key) ? key! : throw new RefusedException(s_invalid);
}

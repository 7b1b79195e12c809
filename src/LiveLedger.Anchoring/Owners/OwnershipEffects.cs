using LiveLedger.Anchoring.Anchors;
using LiveLedger.Anchoring.Effects;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Transactions;
using LiveLedger.Anchoring.Views;
using LiveLedger.Chain;
using LiveLedger.Chain.Contracts;
using LiveLedger.Chain.Ownership;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Media.Records;

namespace LiveLedger.Anchoring.Owners;

/// <summary>Brings a broadcast to what its token says (whose it is), and the token to what the broadcast was (its content root).</summary>
internal sealed class OwnershipEffects(ChainView view, AccountBook account, WalletAccounts wallets, AnchoringLinks links, ChainSettings settings, SettlingTurns turns)
{
    /// <summary>Brings both there; nothing happens where they are.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; do it again.</exception>
    public async Task SettleAsync(BroadcastId broadcast, CancellationToken cancel)
    {
        await using var turn = await turns.TakeAsync($"{settings.Deployment.Name}/token/{broadcast}", cancel);
        if (await view.TokenAsync(broadcast, cancel) is not { } token || await links.OwnerOf(broadcast, cancel) is null)
        {
            return;
        }

        // Whoever controls it on the chain is nobody here until that wallet is an account's: then this runs again.
        if (await wallets.AccountOfAsync(token.Controller, cancel) is { } owner && IdentityOf(token.Identity) is { } identity)
        {
            await links.HandOver(broadcast, owner, identity, cancel);
        }

        if (token.ContentRoot is null && await links.TotalsOf(broadcast, cancel) is { } totals)
        {
            var root = ContentRoot.Of(totals.Select(static t => (t.Track.Value, t.Segments, t.LastRecord)));
            await account.OrderAgainAsync(
                $"{settings.Deployment.Name}\nseal {broadcast}",
                id => new(id, OrderPurpose.ContentSeal, $"broadcast {broadcast}", settings.Deployment.Ownership, 0, BroadcastOwnershipCalls.Seal(OwnershipToken.Of(broadcast.Value), root)),
                "system", cancel);
        }
    }

    // A key that is none can be named on a chain; nobody could sign with it, so nothing is handed over to it.
    private static string? IdentityOf(string hex)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Length];
        return HexText.TryRead(hex, bytes) && Ed25519PublicKey.TryParse(bytes, out var key) ? IdentityText.Format(key) : null;
    }
}

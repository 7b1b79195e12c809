using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LiveLedger.Ledger;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Licences;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Wallets;

/// <summary>
/// Makes a ticket's entitlement what the chain says of the ticket. It compares and mends rather than follows: told twice, or told late, or told again
/// after a crash in the middle, it comes to the same. What has ended stays ended, so a ticket that a chain's second thoughts bring back is granted anew.
/// </summary>
internal sealed class TicketEntitlements(EntitlementBook entitlements, WalletBook wallets, ViewerPseudonyms pseudonyms)
{
    // How often one ticket can be ended and come back: each time a block was confirmed and taken back all the same.
    private const int MaxGrants = 64;

    /// <inheritdoc cref="LicensingRegistration.SettleTicketAsync"/>
    public async Task<Guid?> SettleAsync(BroadcastId broadcast, string ticket, TicketStanding standing, string? wallet, CancellationToken cancel)
    {
        // Who has linked a wallet to nobody is a viewer by the wallet's own name, and signs in with it.
        var holder = standing == TicketStanding.Held && wallet is not null ? await wallets.FindAsync(broadcast, wallet, cancel) ?? pseudonyms.Seal(broadcast, wallet) : null;
        Entitlement? last = null;
        for (var grant = 0; grant < MaxGrants; grant++)
        {
            var command = CommandOf(broadcast, ticket, grant);
            var id = new EntitlementId(command.EventId(1));
            if (await entitlements.ReadAsync(broadcast, id, cancel) is not { } known)
            {
                return holder is null ? last?.Id.Value : (await entitlements.GrantAsync(broadcast, holder, null, command, cancel, ticket)).Id.Value;
            }

            last = known;
            if (known.Standing is not (Standing.Revoked or Standing.Refunded))
            {
                await MendAsync(broadcast, id, standing, holder, cancel);
                return id.Value;
            }

            if (await entitlements.IsRefusedByBroadcasterAsync(id, cancel))
            {
                // The broadcaster sent this holder away. No chain can force anybody on a broadcaster.
                return id.Value;
            }

            if (known.Standing == Standing.Revoked && standing == TicketStanding.Refunded)
            {
                await entitlements.RefundAsync(broadcast, id, cancel, EntitlementEvents.OfChain);
            }
        }

        throw new InvalidDataException($"ticket {ticket} was ended {MaxGrants} times");
    }

    private async Task MendAsync(BroadcastId broadcast, EntitlementId id, TicketStanding standing, SealedViewer? holder, CancellationToken cancel)
    {
        switch (standing)
        {
            case TicketStanding.Burned:
                await entitlements.RevokeAsync(broadcast, id, cancel, EntitlementEvents.OfChain);
                break;
            case TicketStanding.Refunded:
                await entitlements.RefundAsync(broadcast, id, cancel, EntitlementEvents.OfChain);
                break;
            case TicketStanding.Held when holder is not null:
                // Passed on before it is given back: in between, nobody may watch by it who should not.
                await entitlements.TransferAsync(broadcast, id, holder, cancel, EntitlementEvents.OfChain);
                await entitlements.ResumeAsync(broadcast, id, cancel, EntitlementEvents.OfChain);
                break;
            default:
                // Nobody's for now: the chain has taken the sale back.
                await entitlements.SuspendAsync(broadcast, id, cancel, EntitlementEvents.OfChain);
                break;
        }
    }

    // With the broadcast: a chain that takes blocks back may give the number to a ticket for another one.
    private static CommandId CommandOf(BroadcastId broadcast, string ticket, int grant) => new(new Guid(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"liveledger ticket v2\n{broadcast}\n{ticket}\n{grant}"))).AsSpan(0, 16), bigEndian: true));
}

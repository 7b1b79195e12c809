using LiveLedger.Ledger.Refusals;

namespace LiveLedger.Anchoring.Endpoints;

/// <summary>What this stage says no with.</summary>
internal static class ChainRefusals
{
    public static readonly Refusal BroadcastUnknown = new(404, "broadcast-unknown", "There is no such broadcast, or it is not yours.");
    public static readonly Refusal RoleMissing = new(403, "role-missing", "This needs a broadcaster's token.");
    public static readonly Refusal TokenOfWallet = new(403, "token-of-wallet", "This token came by a wallet's signature. Whose wallets are is said by the token that the shop gave.");
    public static readonly Refusal WalletUnknown = new(404, "wallet-unknown", "This wallet is not linked to this viewer here.");
    public static readonly Refusal SaleUnknown = new(404, "sale-unknown", "This broadcast has no such sale, or its block is not deep enough yet.");
    public static readonly Refusal TicketUnknown = new(404, "ticket-unknown", "This broadcast has no such ticket, or its block is not deep enough yet.");
    public static readonly Refusal TokenUnknown = new(404, "token-unknown", "This broadcast has no token, or its block is not deep enough yet.");
    public static readonly Refusal AnchorUnknown = new(404, "anchor-unknown", "There is no receipt of an anchored checkpoint of this size.");
    public static readonly Refusal AddressInvalid = new(400, "address-invalid", "An address is 0x and 40 hexadecimal characters, with a valid checksum if they are in mixed case.");
    public static readonly Refusal PublicUrlMissing = new(409, "public-url-missing", "Wallets sign in to a site by its name: the operator has to say it, by --public-url.");
    public static readonly Refusal WalletNotYours = new(409, "wallet-not-linked", "Link this wallet to your account first, by signing in with it.");
    public static readonly Refusal IdentityMissing = new(409, "signer-missing", "Certify the session key first: the token names the identity key that signs.");
    public static readonly Refusal TermsInvalid = new(400, "terms-invalid", "These terms are none that the contract takes: look at times, price, supply, shares and fee.");
    public static readonly Refusal VoucherInvalid = new(400, "voucher-invalid", "This is no voucher for a sale of this broadcast, or it is over, or its signature is not the broadcaster's.");
    public static readonly Refusal VoucherCosts = new(409, "voucher-not-free", "This voucher has a price, which whoever redeems it pays: the platform pays for gas alone.");
    public static readonly Refusal NothingToClaim = new(409, "nothing-to-claim", "There is no anchored outage that this ticket was played before and not paid for; look again after the next anchor.");
    public static readonly Refusal TokenRegistered = new(409, "token-registered", "This broadcast has its token.");
    public static readonly Refusal TokenOrdered = new(409, "token-ordered", "This broadcast's token is ordered already, for another wallet, royalty or identity: look at the token when it is there.");
    public static readonly Refusal SoldOut = new(409, "sold-out", "This sale has no ticket left.");
    public static readonly Refusal RedemptionsWait = new(429, "too-many-redemptions", "As many vouchers of this sale wait as the platform redeems for now: come again, or redeem it by a transaction of your own.") { RetryAfter = TimeSpan.FromMinutes(1) };
    public static readonly Refusal LogEmpty = new(409, "log-empty", "The log has no entries yet, and nothing to anchor; order it again when it has.");
    public static readonly Refusal BusAway = new(503, "bus-away", "The message bus does not take the order; give it again.");
}

import type { ChainStatus, HeldTicket, Outage, Sale } from "./chainAnswers.js";
import { type Address, nativeCoin, shortened } from "./chainValues.js";
import { describeAmount, type TokenFacts, type Tokens } from "./coins.js";
import { hasTimeToClaim, isOwnLog, type Standing } from "./saleStanding.js";
import type { Doing, News, Trouble, Undertaking } from "./shopState.js";
import type { WalletFault } from "./walletProblem.js";

/** A time as the viewer's country writes it. */
export function describeTime(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

export function describeStanding(standing: Standing, sale: Sale): string {
  switch (standing) {
    case "for-sale":
      return `${left(sale)} of ${count(sale.supply)} left, sold until ${describeTime(sale.saleCloses)}`;
    case "not-yet":
      return `Sold from ${describeTime(sale.saleOpens)}. Leave the page open, or come back.`;
    case "over":
      return "The sale is over.";
    case "sold-out":
      return "Sold out. Whoever holds a ticket may pass it on to your wallet, if its rules allow that.";
    case "voucher-only":
      return `${left(sale)} of ${count(sale.supply)} left, for vouchers of the broadcaster alone`;
    case "refunding":
      return `${sale.cancelled ? "The broadcaster has cancelled." : "No start was shown in time."} Tickets are given back for what they had cost.`;
    case "settled":
      return "The sale is over, and the broadcaster is paid.";
  }
}

/** What becomes of the money where the broadcast does not take place. */
export function describeRefund(sale: Sale): string {
  return `If no start is shown on the chain by ${describeTime(sale.startDeadline)}, or the broadcaster cancels, whoever holds a ticket gets back what it had cost. Until ${describeTime(sale.claimDeadline)} the contract pays nobody else.`;
}

export function describeOutages(sale: Sale): string {
  return `For outages between the scheduled times, of which you had been watching before they began, you can claim their share of the price until ${describeTime(sale.claimDeadline)}${hasTimeToClaim(sale) ? "." : ": that is less than a day after its end."}`;
}

export function describeTransfers({ transfers, transferFee }: Sale): string {
  const rule = { never: "It cannot be passed on.", "until-start": "It can be passed on until the start.", always: "It can be passed on at any time." }[transfers];
  return transfers === "never" || transferFee === 0 ? rule : `${rule} That costs ${transferFee / 100} % of the price.`;
}

/** Whose log says whether there was a start, and outages. */
export function describeLog(sale: Sale, chain: ChainStatus): string {
  return isOwnLog(sale, chain)
    ? `This platform’s log, anchored by its account ${sale.submitter}. The platform writes that log itself.`
    : `Careful: not this platform’s log. Start and outages are decided by what ${sale.submitter} anchors${sale.origin.toLowerCase() === chain.origin.toLowerCase() ? "" : ", of another log"}; this platform’s account is ${chain.account}.`;
}

export function describeHeld(ticket: HeldTicket, sale: Sale | undefined, chain: ChainStatus, tokens?: Tokens): string {
  const face = sale ? `, bought for ${describeAmount(ticket.face, sale.currency, chain.chainId, tokens)}` : "";
  const paid = sale && ticket.paid > 0n ? `, ${describeAmount(ticket.paid, sale.currency, chain.chainId, tokens)} of that paid back for outages` : "";
  return `Ticket ${ticket.number}${face}${paid}`;
}

export function describeOutage({ from, until }: Outage): string {
  return `${new Date(from).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" })}, ${Math.max(1, Math.round((until - from) / 1000)).toLocaleString()} s`;
}

const done: Readonly<Record<Undertaking, string>> = { approval: "the permission", purchase: "the purchase", refund: "the refund", claim: "the claim" };

/** What is going on, for eyes and for a screen reader; empty for nothing. */
export function describeDoing(doing: Doing, chain: ChainStatus, tokens?: Tokens): string {
  switch (doing.kind) {
    case "nothing":
      return "";
    case "connecting":
      return "Your wallet asks whether this page may see your account.";
    case "signing-in":
      return "Your wallet asks you to sign in. That costs nothing and sends nothing to the chain.";
    case "switching":
      return `Your wallet asks whether to use chain ${chain.chainId}.`;
    case "asking-wallet":
      return asking(doing, chain, tokens);
    case "following":
      return following(doing.what, doing.progress);
    case "redeeming":
      return `The platform redeems your voucher and pays for it. That takes ${chain.confirmations} block${chain.confirmations === 1 ? "" : "s"} of the chain.`;
    case "looking":
      return "Looking for outages that are anchored on the chain.";
    case "entering":
      return "Your ticket is here. Starting the broadcast.";
  }
}

function asking({ what, value, currency = nativeCoin, step }: Doing & { kind: "asking-wallet" }, chain: ChainStatus, tokens?: Tokens): string {
  const compare = `Compare what it shows: contract ${chain.tickets}, chain ${chain.chainId}.`;
  if (what === "approval") return `Step 1 of 2: your wallet asks whether the contract may take ${describeAmount(value, currency, chain.chainId, tokens)}, which is the price. Leave that amount as it is. ${compare}`;
  return `${step === 2 ? "Step 2 of 2: your" : "Your"} wallet asks you to confirm ${done[what]}. ${compare}`;
}

function following(what: Undertaking, progress: (Doing & { kind: "following" })["progress"]): string {
  const rest = what === "purchase" ? " It starts playing by itself." : what === "approval" ? " Then your wallet asks for the purchase." : "";
  switch (progress.kind) {
    case "sent":
      return `Sent. Waiting for a block to take ${done[what]}.${rest}`;
    case "in-block":
      return `In block ${progress.block}: ${progress.depth} of ${progress.needed} confirmations.${rest}`;
    case "confirmed":
      return `Confirmed. Waiting for the platform to see it.${rest}`;
    case "reverted":
      return `The contract has refused ${done[what]}. Making sure.`;
  }
}

const walletWords: Readonly<Record<WalletFault, string>> = {
  rejected: "You said no in your wallet. Nothing was sent. Try again if that was a mistake.",
  unauthorized: "Your wallet lets this page see no account. Allow it there, then try again.",
  unsupported: "Your wallet cannot do this. Try another one.",
  disconnected: "Your wallet has no connection to its chain. Look there, then try again.",
  "unknown-chain": "Your wallet does not know this chain. Add it there, then try again.",
  busy: "Your wallet has a question of this page open already. Open the wallet and answer it.",
  "insufficient-funds": "There is not enough in this account for the price and the fee of the chain. Add to it or use another account.",
  reverted: "The contract refuses it.",
  "answer-malformed": "Your wallet answers what cannot be. Try another one.",
  silent: "Your wallet does not answer. Open it, then try again.",
  failed: "Your wallet reports a failure. Nothing was bought as far as it says; look into its history before you try again.",
};

/** What the platform's refusals mean here. */
const problemWords: Readonly<Record<string, string>> = {
  "sale-unknown": "There is no such sale any more. Reload the page.",
  "ticket-unknown": "The platform does not see this ticket any more: it was passed on, or the chain took its block back.",
  "voucher-invalid": "This voucher is not good here: it is for another broadcast, over, or not signed by the broadcaster. Ask who gave it to you for a new one.",
  "voucher-not-free": "This voucher has a price, and the platform pays for free ones alone. Redeem it by a transaction of your own, or ask who gave it to you for a free one.",
  "nothing-to-claim": "There is no outage on the chain yet that this ticket could claim for. What happened lately is anchored within the hour.",
  "address-invalid": "Your wallet has given an address that is none. Try another one.",
  "sign-in-invalid": "The sign-in was refused: the signature is not this wallet’s. A wallet that is a contract cannot sign in; pass the ticket on to one that can.",
  "sign-in-expired": "The sign-in took more than ten minutes. Try again.",
  "sign-in-used": "This sign-in was used before. Try again.",
};

/** What stands in the way, and the way out. */
export function describeTrouble(trouble: Trouble, chain: ChainStatus, tokens?: Tokens): string {
  const amount = (units: bigint, currency: Address): string => describeAmount(units, currency, chain.chainId, tokens);
  switch (trouble.kind) {
    case "no-wallet":
      return "Connect a wallet first.";
    case "wallet":
      return trouble.fault === "failed" && trouble.detail !== "" ? `${walletWords.failed} It says: ${trouble.detail}` : walletWords[trouble.fault];
    case "wrong-chain":
      return `Your wallet uses chain ${trouble.actual}; these tickets are on chain ${chain.chainId}.`;
    case "too-poor":
      return `This account has ${amount(trouble.has, trouble.currency)}, and the ticket costs ${amount(trouble.needs, trouble.currency)} and the fee of the chain. Add to it or use another account.`;
    case "token-silent":
      return `The price is in the token ${trouble.token}, and on chain ${chain.chainId} your wallet finds no token there. Nothing was sent. Tell the broadcaster.`;
    case "approval-refused":
      return "You said no in your wallet. Without that permission the contract cannot take the price. Nothing was sent. Try again if that was a mistake.";
    case "approval-reverted":
      return `The token refused the permission. ${trouble.before > 0n ? `Some tokens want an older one (${amount(trouble.before, trouble.currency)}) set to nothing first: do that in your wallet, then try again.` : "Ask the broadcaster whether it can be paid with."} Nothing was bought.`;
    case "approval-short":
      return `In your wallet you allowed ${amount(trouble.allowed, trouble.currency)}, and the ticket costs ${amount(trouble.needs, trouble.currency)}. Nothing was bought. Buy again, and leave the amount as it is.`;
    case "purchase-refused":
      return `You said no to the purchase in your wallet. Nothing was bought, and the permission to take ${amount(trouble.allowed, trouble.currency)} stays: buy, and that step is left out; or take it back in your wallet.`;
    case "prepared":
      return {
        "other-chain": "Stopped: the server asks for a transaction on another chain than it named. Nothing was sent. Tell the broadcaster.",
        "other-contract": "Stopped: the server names two contracts for these tickets. Nothing was sent. Tell the broadcaster.",
        "other-call": "Stopped: the server asks your wallet for something else than this page shows. Nothing was sent. Tell whoever runs the server.",
        "other-approval": "Stopped: the server asks you to allow something else than the price to this contract. Nothing was sent. Tell the broadcaster.",
        "other-value": "Stopped: the server asks for another amount than the price. Nothing was sent. Tell the broadcaster.",
      }[trouble.fault];
    case "reverted":
      return "The contract refused it: the last ticket may be gone, or the time over. Only the fee of the chain was spent, if anything.";
    case "voucher-unreadable":
      return "This is no voucher. Paste the whole text, from its first to its last character.";
    case "other-wallet":
      return `This voucher is for ${trouble.needed}. Connect that account of your wallet.`;
    case "no-ticket":
      return "The platform sees no ticket of this account that opens this broadcast now.";
    case "problem":
      return problemWords[trouble.code] ?? `The server refused: ${trouble.detail || trouble.code || "it does not say why"}`;
    case "unreachable":
      return "The server does not answer. What was sent to the chain stays there; try again in a moment.";
    case "fault":
      return `Something went wrong: ${trouble.detail}.`;
  }
}

/** More than there is of any token: prices and faces of tickets have 128 bits. */
const unlimited = 2n ** 128n;

/** What came of it. */
export function describeNews(news: News, chain: ChainStatus, tokens?: Tokens): string {
  switch (news.kind) {
    case "claimed":
      return `Paid: ${describeAmount(news.paid, news.currency, chain.chainId, tokens)} for outages of ticket ${news.ticket}. The contract has sent it to your wallet.`;
    case "given-back":
      return `Paid back: ${describeAmount(news.paid, news.currency, chain.chainId, tokens)} for ticket ${news.ticket}, which is no more. The contract has sent it to your wallet.`;
    case "still-allowed":
      // What wallets call unlimited is a number that nobody can read.
      return `In your wallet the contract is allowed to take ${news.amount >= unlimited ? "any amount of this token" : `${describeAmount(news.amount, news.currency, chain.chainId, tokens)} more`}. This page did not ask for that; take it back there if you need no more tickets.`;
  }
}

/** A token that a price is in. Its address alone is sure. */
export function describeToken(token: Address, facts: TokenFacts | undefined): string {
  return facts
    ? `The token ${token}, which calls itself ${facts.symbol}, with ${facts.decimals} decimals. Any token can call itself so: compare its address.`
    : `The token ${token}. What it calls itself your wallet is asked once it is connected, on this chain.`;
}

/** What is wrong with the platform's view of the chain. */
export function describeChainProblem(chain: ChainStatus): string {
  return chain.problem ? `The platform cannot follow the chain just now (${chain.problem.code}). A purchase is safe in the contract, but opens the broadcast only when the platform sees it again.` : "";
}

export function describeWallet(name: string, account: `0x${string}`, tickets: number): string {
  return `${name}: account ${shortened(account)}, ${tickets === 0 ? "without a ticket for this broadcast" : tickets === 1 ? "with a ticket" : `with ${tickets} tickets`}`;
}


function left(sale: Sale): string {
  return count(sale.supply - sale.sold);
}

function count(value: bigint): string {
  return value.toLocaleString();
}

import type { ChainStatus, HeldTicket, Outage, Sale } from "./chainAnswers.js";
import { isSame } from "./chainValues.js";

/** Whether a ticket can be bought now, and if not, why. As the contract decides it (Sales.sol, `buy` and `_sell`). */
export type Standing = "for-sale" | "not-yet" | "over" | "sold-out" | "voucher-only" | "refunding" | "settled";

export function standingOf(sale: Sale, now: number): Standing {
  if (sale.state === "refunding" || sale.state === "settled") return sale.state;
  if (now > sale.saleCloses || (sale.state === "open" && now > sale.startDeadline)) return "over";
  if (sale.sold >= sale.supply) return "sold-out";
  if (sale.voucherOnly) return "voucher-only";
  return now < sale.saleOpens ? "not-yet" : "for-sale";
}

/** Whether outages can be claimed now: once a start is proven, and not before (OutageClaims.sol, `claimOutages`). */
export function takesClaims(sale: Sale, now: number): boolean {
  return sale.state === "started" && now > sale.starts && now <= sale.claimDeadline;
}

/** What outages come to for a ticket, as the contract counts it; what was claimed of them before, only the contract knows. */
export function shareOf(outages: readonly Outage[], ticket: HeldTicket, sale: Sale): bigint {
  const shares = outages.map(({ from, until }) => {
    const milliseconds = Math.min(until, sale.ends) - Math.max(from, sale.starts);
    return milliseconds > 0 ? (ticket.face * BigInt(Math.round(milliseconds))) / BigInt(sale.ends - sale.starts) : 0n;
  });
  const sum = shares.reduce((all, share) => all + share, 0n);
  return sum < ticket.face - ticket.paid ? sum : ticket.face - ticket.paid;
}

/** Whether the log whose anchors decide on refunds is this platform's own, in its own submission. */
export function isOwnLog(sale: Sale, chain: ChainStatus): boolean {
  return isSame(sale.submitter, chain.account) && isSame(sale.origin, chain.origin);
}

/** Whether who watched has a day at least, after the end, to claim for outages: an outage is logged and anchored before it can be claimed, and whoever watched may be asleep. */
export function hasTimeToClaim(sale: Sale): boolean {
  return sale.claimDeadline - sale.ends >= 86_400_000;
}

/** What can be bought first, then what came last. */
export function inOrder(sales: readonly Sale[], now: number): readonly Sale[] {
  const rank = (sale: Sale): number => (standingOf(sale, now) === "for-sale" ? 0 : 1);
  return sales.toSorted((a, b) => rank(a) - rank(b) || (a.number < b.number ? 1 : -1));
}

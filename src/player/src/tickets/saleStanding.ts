import type { ChainStatus, Sale } from "./chainAnswers.js";
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

/** Whether outages can still be claimed. */
export function takesClaims(sale: Sale, now: number): boolean {
  return (sale.state === "open" || sale.state === "started") && now > sale.starts && now <= sale.claimDeadline;
}

/** Whether the log whose anchors decide on refunds is this platform's own, in its own submission. */
export function isOwnLog(sale: Sale, chain: ChainStatus): boolean {
  return isSame(sale.submitter, chain.account) && isSame(sale.origin, chain.origin);
}

/** What can be bought first, then what came last. */
export function inOrder(sales: readonly Sale[], now: number): readonly Sale[] {
  const rank = (sale: Sale): number => (standingOf(sale, now) === "for-sale" ? 0 : 1);
  return sales.toSorted((a, b) => rank(a) - rank(b) || (a.number < b.number ? 1 : -1));
}

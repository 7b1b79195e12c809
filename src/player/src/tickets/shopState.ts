import { Problem, Unreachable } from "../studio/studioApi.js";
import type { Address } from "./chainValues.js";
import type { PreparedFault } from "./preparedCheck.js";
import { type Progress, RevertedError } from "./purchaseCourse.js";
import { AnswerMalformed } from "./ticketDesk.js";
import { type WalletFault, WalletProblem } from "./walletProblem.js";

/** What the viewer has a transaction for. */
export type Undertaking = "approval" | "purchase" | "refund" | "claim";

/** What came of it, where the page would not show that otherwise. */
export type News =
  | { readonly kind: "claimed"; readonly ticket: bigint; readonly paid: bigint; readonly currency: Address }
  | { readonly kind: "given-back"; readonly ticket: bigint; readonly paid: bigint; readonly currency: Address }
  /** The contract may take more of a token than it was paid. */
  | { readonly kind: "still-allowed"; readonly amount: bigint; readonly currency: Address };

/** What the shop is doing. */
export type Doing =
  | { readonly kind: "nothing" }
  | { readonly kind: "connecting" }
  | { readonly kind: "signing-in" }
  | { readonly kind: "switching" }
  /** The wallet shows the transaction and asks. */
  | { readonly kind: "asking-wallet"; readonly what: Undertaking; readonly value: bigint; readonly currency?: Address; readonly step?: 1 | 2 }
  | { readonly kind: "following"; readonly what: Undertaking; readonly progress: Progress }
  /** The platform redeems a voucher. */
  | { readonly kind: "redeeming" }
  | { readonly kind: "looking" }
  /** The ticket is seen; the right that follows from it is waited for. */
  | { readonly kind: "entering" };

/** What stands in the way. */
export type Trouble =
  | { readonly kind: "no-wallet" }
  | { readonly kind: "wallet"; readonly fault: WalletFault; readonly detail: string }
  | { readonly kind: "wrong-chain"; readonly actual: bigint }
  | { readonly kind: "too-poor"; readonly has: bigint; readonly needs: bigint; readonly currency: Address }
  /** Nothing of an ERC-20 answers where the price's token should be. */
  | { readonly kind: "token-silent"; readonly token: Address }
  /** The viewer said no to the permission. */
  | { readonly kind: "approval-refused" }
  /** The token did. */
  | { readonly kind: "approval-reverted"; readonly before: bigint; readonly currency: Address }
  /** Less was allowed than was asked for. */
  | { readonly kind: "approval-short"; readonly allowed: bigint; readonly needs: bigint; readonly currency: Address }
  /** The viewer said no to the purchase, after the permission. */
  | { readonly kind: "purchase-refused"; readonly allowed: bigint; readonly currency: Address }
  /** What the platform prepared is not what the viewer was shown. */
  | { readonly kind: "prepared"; readonly fault: PreparedFault }
  | { readonly kind: "reverted" }
  | { readonly kind: "voucher-unreadable" }
  /** The voucher is another wallet's, or no wallet is connected. */
  | { readonly kind: "other-wallet"; readonly needed: Address }
  | { readonly kind: "no-ticket" }
  | { readonly kind: "problem"; readonly code: string; readonly detail: string }
  | { readonly kind: "unreachable" }
  | { readonly kind: "fault"; readonly detail: string };

export class ShopTrouble extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.kind);
  }
}

/** What was thrown, as something that can be said. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof ShopTrouble) return error.trouble;
  if (error instanceof WalletProblem) return error.fault === "reverted" ? { kind: "reverted" } : { kind: "wallet", fault: error.fault, detail: error.detail };
  if (error instanceof RevertedError) return { kind: "reverted" };
  if (error instanceof Problem) return { kind: "problem", code: error.code, detail: error.detail };
  if (error instanceof Unreachable) return { kind: "unreachable" };
  if (error instanceof AnswerMalformed) return { kind: "fault", detail: "the server’s answer cannot be read" };
  return { kind: "fault", detail: String(error).slice(0, 200) };
}

import type { ChainStatus, Prepared, Sale } from "./chainAnswers.js";
import type { Hash } from "./chainValues.js";
import { readAllowance, readBalance } from "./erc20.js";
import { approvalFaultOf } from "./preparedCheck.js";
import { RevertedError } from "./purchaseCourse.js";
import { ShopTrouble } from "./shopState.js";
import type { Wallet } from "./wallet.js";
import { WalletProblem } from "./walletProblem.js";

/** A price in a token, and who is to pay it. */
export interface TokenPrice {
  readonly wallet: Wallet;
  readonly chain: ChainStatus;
  readonly sale: Sale;
}

/** How the shop has the wallet send the permission, and follows it. */
export interface Asking {
  send(approval: Prepared): Promise<Hash>;
  follow(hash: Hash, isThere: () => Promise<boolean>): Promise<void>;
}

/** Whether the account has the price. */
export async function expectFunds({ wallet, sale }: TokenPrice): Promise<void> {
  const has = await readBalance(wallet, sale.currency, wallet.account);
  if (has === undefined) throw new ShopTrouble({ kind: "token-silent", token: sale.currency });
  if (has < sale.price) throw new ShopTrouble({ kind: "too-poor", has, needs: sale.price, currency: sale.currency });
}

/**
 * Has the holder allow the contract to take the price and no more, where it may not take that already. What the wallet was made to say in the end its holder
 * decides there, so the token is asked: with less the purchase would fail and cost its fee.
 * @returns Whether the holder was asked.
 */
export async function allowPrice(price: TokenPrice, approval: Prepared | undefined, { send, follow }: Asking): Promise<boolean> {
  const { chain, sale } = price;
  const before = await allowedTo(price);
  if (before >= sale.price) return false;
  const fault = approvalFaultOf(approval, chain, sale);
  if (fault || !approval) throw new ShopTrouble({ kind: "prepared", fault: fault ?? "other-approval" });
  try {
    const hash = await send(approval);
    await follow(hash, async () => (await price.wallet.mined(hash))?.succeeded === true || (await allowedTo(price)) >= sale.price);
  } catch (error) {
    if (error instanceof WalletProblem && error.fault === "rejected") throw new ShopTrouble({ kind: "approval-refused" });
    if (error instanceof RevertedError || (error instanceof WalletProblem && error.fault === "reverted")) throw new ShopTrouble({ kind: "approval-reverted", before, currency: sale.currency });
    throw error;
  }
  const allowed = await allowedTo(price);
  if (allowed < sale.price) throw new ShopTrouble({ kind: "approval-short", allowed, needs: sale.price, currency: sale.currency });
  return true;
}

/** What the contract may still take, after what was asked of it. */
export async function allowedTo({ wallet, chain, sale }: TokenPrice): Promise<bigint> {
  const allowed = await readAllowance(wallet, sale.currency, wallet.account, chain.tickets);
  if (allowed === undefined) throw new ShopTrouble({ kind: "token-silent", token: sale.currency });
  return allowed;
}

/** A no to the purchase, after a yes to the permission, leaves that where it is. */
export function afterPermission(error: unknown, sale: Sale): unknown {
  return error instanceof WalletProblem && error.fault === "rejected" ? new ShopTrouble({ kind: "purchase-refused", allowed: sale.price, currency: sale.currency }) : error;
}

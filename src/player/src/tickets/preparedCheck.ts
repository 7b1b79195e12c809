import type { ChainStatus, Prepared, Sale, Sales } from "./chainAnswers.js";
import { isSame, nativeCoin } from "./chainValues.js";
import { approveData } from "./erc20.js";

/** Why a transaction is not handed to the wallet, whatever the platform says it is. */
export type PreparedFault = "other-chain" | "other-contract" | "other-value" | "other-approval" | "other-call";

/** What a purchase may cost: the price in the chain's coin, or nothing of it where a token is paid with. */
export function valueOf(sale: Sale): bigint {
  return isSame(sale.currency, nativeCoin) ? sale.price : 0n;
}

/** Holds a prepared transaction against what the viewer was shown: chain, contract and value. */
export function faultOf(prepared: Prepared, chain: ChainStatus, value: bigint): PreparedFault | undefined {
  if (prepared.chainId !== chain.chainId) return "other-chain";
  if (!isSame(prepared.to, chain.tickets)) return "other-contract";
  return prepared.value === value ? undefined : "other-value";
}

/** Holds the permission for the price of a token against what the viewer was shown: that token, our contract, the price and no more, to the last byte. */
export function approvalFaultOf(approval: Prepared | undefined, chain: ChainStatus, sale: Sale): PreparedFault | undefined {
  if (approval && approval.chainId !== chain.chainId) return "other-chain";
  const isAsShown = approval && isSame(approval.to, sale.currency) && approval.value === 0n && isSame(approval.data, approveData(chain.tickets, sale.price));
  return isAsShown ? undefined : "other-approval";
}

/** Whether the list of sales is of the chain and contract that the platform names. */
export function isOf(sales: Sales, chain: ChainStatus): boolean {
  return sales.chainId === chain.chainId && isSame(sales.contract, chain.tickets);
}

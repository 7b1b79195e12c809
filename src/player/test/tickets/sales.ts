import { type ChainStatus, readChainStatus, readSales, type Sale } from "../../src/tickets/chainAnswers.js";

export const account = `0x${"a1".repeat(20)}`;
export const contract = `0x${"C0".repeat(20)}`;
export const origin = `0x${"0f".repeat(32)}`;
/** The sale's schedule begins here, in Unix seconds. */
export const start = 1_800_000_000;

/** What `GET /v1/chain` answers. */
export function chainAnswer(changes: object = {}): object {
  const contracts = { anchor: account, ownership: account, tickets: contract };
  return { chainId: 31337, contracts, account, confirmations: 12, finalized: false, origin, head: 5, followed: 5, behind: 0, at: null, anchored: null, problem: null, ...changes };
}

/** A sale as `GET …/sales` lists it. */
export function saleAnswer(changes: object = {}, terms: object = {}): object {
  const fixed = {
    origin, submitter: account, currency: `0x${"0".repeat(40)}`, price: "1000000000000000", supply: 10, saleOpens: start - 3600, saleCloses: start + 7200, starts: start,
    startDeadline: start + 3600, ends: start + 7200, claimDeadline: start + 86400, transfers: 2, transferFee: 0, voucherOnly: false,
  };
  return { sale: 1, state: "open", cancelled: false, broadcaster: account, sold: 3, ...changes, terms: { ...fixed, ...terms } };
}

export function salesAnswer(...items: readonly unknown[]): object {
  return { chainId: 31337, contract, items };
}

export function chainOf(changes: object = {}): ChainStatus {
  return readChainStatus(chainAnswer(changes)) as ChainStatus;
}

export function saleOf(changes: object = {}, terms: object = {}): Sale {
  return readSales(salesAnswer(saleAnswer(changes, terms)))?.items[0] as Sale;
}

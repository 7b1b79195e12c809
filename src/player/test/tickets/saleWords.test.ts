import { describe, expect, it } from "vitest";
import type { Address } from "../../src/tickets/chainValues.js";
import { describeAmount, inWholeUnits } from "../../src/tickets/coins.js";
import { faultOf, isOf, valueOf } from "../../src/tickets/preparedCheck.js";
import { inOrder, isOwnLog, shareOf, standingOf, takesClaims } from "../../src/tickets/saleStanding.js";
import { describeDoing, describeLog, describeOutages, describeStanding, describeTransfers, describeTrouble } from "../../src/tickets/shopWords.js";
import { type HeldTicket, type Prepared, readPrepared } from "../../src/tickets/chainAnswers.js";
import { account, chainOf, contract, saleOf, start } from "./sales.js";

const native = `0x${"0".repeat(40)}` as Address;
const token = `0x${"7E".repeat(20)}` as Address;
const stranger = `0x${"99".repeat(20)}`;
const during = 1000 * (start - 60);

describe("What outages pay", () => {
  const at = (seconds: number): number => 1000 * (start + seconds);
  const ticket = (paid = 0n): HeldTicket => ({ number: 5n, sale: 1n, face: 7_200_000n, paid });
  const share = (from: number, until: number, held = ticket()): bigint => shareOf([{ from: at(from), until: at(until) }], held, saleOf());

  it("is their share of the scheduled time, in which alone they count, and never more than is left of the price", () => {
    expect(share(60, 70)).toBe(10_000n);
    expect(share(-30, 10)).toBe(10_000n);
    expect(share(7190, 9000)).toBe(10_000n);
    expect(share(-30, -10)).toBe(0n);
    expect(share(0, 7200, ticket(7_000_000n))).toBe(200_000n);
  });
});

describe("An amount", () => {
  it.each<[bigint, string]>([
    [0n, "0"], [1n, "0.000000000000000001"], [10n ** 15n, "0.001"], [10n ** 18n, "1"], [1_500_000_000_000_000_000n, "1.5"], [1234567n * 10n ** 18n, "1,234,567"], [2n ** 128n - 1n, "340,282,366,920,938,463,463.374607431768211455"],
  ])("of %s units is %s coins, to the last digit", (amount, text) => {
    expect(inWholeUnits(amount)).toBe(text);
  });

  it("is in the chain's coin by its name where that is known, and of a token in its smallest unit", () => {
    expect(describeAmount(10n ** 15n, native, 1n)).toBe("0.001 ETH");
    expect(describeAmount(10n ** 18n, native, 31337n)).toBe("1 coin");
    expect(describeAmount(10n ** 15n, native, 31337n)).toBe("0.001 coins");
    expect(describeAmount(12_500_000n, token, 1n)).toBe(`12,500,000 smallest units of the token ${token}`);
  });
});

describe("A sale", () => {
  it("can be bought from as the contract decides", () => {
    expect(standingOf(saleOf(), during)).toBe("for-sale");
    expect(standingOf(saleOf(), 1000 * (start - 3601))).toBe("not-yet");
    expect(standingOf(saleOf(), 1000 * (start + 7201))).toBe("over");
    // Open past the deadline for its start it can only refund; started it sells on.
    expect(standingOf(saleOf(), 1000 * (start + 3601))).toBe("over");
    expect(standingOf(saleOf({ state: "started" }), 1000 * (start + 3601))).toBe("for-sale");
    expect(standingOf(saleOf({ sold: 10 }), during)).toBe("sold-out");
    expect(standingOf(saleOf({}, { voucherOnly: true }), during)).toBe("voucher-only");
    for (const state of ["refunding", "settled"]) expect(standingOf(saleOf({ state }), during)).toBe(state);
  });

  it("takes claims from its start to its deadline", () => {
    expect(takesClaims(saleOf({ state: "started" }), during)).toBe(false);
    expect(takesClaims(saleOf({ state: "started" }), 1000 * (start + 1))).toBe(true);
    expect(takesClaims(saleOf({ state: "started" }), 1000 * (start + 86_401))).toBe(false);
    // The contract takes none before a start is proven.
    expect(takesClaims(saleOf({ state: "open" }), 1000 * (start + 1))).toBe(false);
    expect(takesClaims(saleOf({ state: "refunding" }), 1000 * (start + 1))).toBe(false);
  });

  it("that can be bought from stands first, then the latest", () => {
    const sales = [saleOf({ sale: 1, state: "settled" }), saleOf({ sale: 2 }), saleOf({ sale: 3, sold: 10 }), saleOf({ sale: 4 })];
    expect(inOrder(sales, during).map(({ number }) => Number(number))).toEqual([4, 2, 3, 1]);
  });

  it("says whose log decides, and plainly if that is another's", () => {
    const chain = chainOf();
    expect(isOwnLog(saleOf({}, { submitter: account.toUpperCase().replace("0X", "0x") }), chain)).toBe(true);
    expect(describeLog(saleOf(), chain)).toMatch(/^This platform’s log/);
    expect(describeLog(saleOf({}, { submitter: stranger }), chain)).toMatch(new RegExp(`^Careful: not this platform’s log.*${stranger}.*${account}`));
    expect(describeLog(saleOf({}, { origin: `0x${"11".repeat(32)}` }), chain)).toMatch(/^Careful: .*, of another log/);
  });

  it("says plainly if there is less than a day to claim for outages in", () => {
    const deadline = start + 7200 + 86_400;
    expect(describeOutages(saleOf({}, { claimDeadline: deadline }))).not.toContain("less than a day");
    expect(describeOutages(saleOf({}, { claimDeadline: deadline - 1 }))).toMatch(/: that is less than a day after its end\.$/);
  });

  it("says what is left, and what passing on costs", () => {
    expect(describeStanding("for-sale", saleOf())).toMatch(/^7 of 10 left/);
    expect(describeStanding("refunding", saleOf({ state: "refunding", cancelled: true }))).toMatch(/^The broadcaster has cancelled/);
    expect(describeStanding("refunding", saleOf({ state: "refunding" }))).toMatch(/^No start was shown in time/);
    expect(describeTransfers(saleOf({}, { transfers: 1, transferFee: 250 }))).toBe("It can be passed on until the start. That costs 2.5 % of the price.");
    expect(describeTransfers(saleOf({}, { transfers: 0, transferFee: 250 }))).toBe("It cannot be passed on.");
  });
});

describe("A prepared transaction", () => {
  const prepared = (changes: object = {}): Prepared => readPrepared({ chainId: 31337, to: contract.toLowerCase(), data: "0xd96a094a", value: "0x38d7ea4c68000", ...changes }) as Prepared;

  it("is sent only to the contract that was shown, on its chain, for the sale's price", () => {
    const [chain, price] = [chainOf(), valueOf(saleOf())];
    expect(faultOf(prepared(), chain, price)).toBeUndefined();
    expect(faultOf(prepared({ to: stranger }), chain, price)).toBe("other-contract");
    expect(faultOf(prepared({ chainId: 1 }), chain, price)).toBe("other-chain");
    expect(faultOf(prepared({ value: "0x38d7ea4c68001" }), chain, price)).toBe("other-value");
    expect(faultOf(prepared({ value: "0x0" }), chain, price)).toBe("other-value");
  });

  it("sends no coin where a token is paid with", () => {
    expect(valueOf(saleOf({}, { currency: token }))).toBe(0n);
    expect(faultOf(prepared(), chainOf(), valueOf(saleOf({}, { currency: token })))).toBe("other-value");
  });

  it("is of no use where the list of sales is of another contract", () => {
    expect(isOf({ chainId: 31337n, contract: contract as Address, items: [] }, chainOf())).toBe(true);
    expect(isOf({ chainId: 31337n, contract: stranger as Address, items: [] }, chainOf())).toBe(false);
    expect(isOf({ chainId: 1n, contract: contract as Address, items: [] }, chainOf())).toBe(false);
  });
});

describe("What is said of the course", () => {
  const hash = `0x${"77".repeat(32)}` as const;

  it("counts confirmations, and says that it goes on by itself", () => {
    const following = (progress: Parameters<typeof describeDoing>[0] & { kind: "following" }) => describeDoing(progress, chainOf());
    expect(following({ kind: "following", what: "purchase", progress: { kind: "in-block", hash, block: 9n, depth: 3, needed: 12 } })).toBe("In block 9: 3 of 12 confirmations. It starts playing by itself.");
    expect(following({ kind: "following", what: "refund", progress: { kind: "confirmed", hash } })).toBe("Confirmed. Waiting for the platform to see it.");
    expect(describeDoing({ kind: "nothing" }, chainOf())).toBe("");
  });

  it("has a way out for each fault of a wallet, and the server's words where we have none", () => {
    for (const fault of ["rejected", "unauthorized", "unsupported", "disconnected", "unknown-chain", "busy", "insufficient-funds", "answer-malformed", "silent", "failed"] as const) {
      expect(describeTrouble({ kind: "wallet", fault, detail: "" }, chainOf()), fault).toMatch(/[Tt]ry |use another account|answer it|look into/);
    }
    expect(describeTrouble({ kind: "problem", code: "disk-full", detail: "The disk is full." }, chainOf())).toBe("The server refused: The disk is full.");
    expect(describeTrouble({ kind: "wallet", fault: "failed", detail: "odd" }, chainOf())).toMatch(/It says: odd$/);
  });
});

import { describe, expect, it } from "vitest";
import { readChainStatus, readClaim, readPrepared, readSales, readSignInMessage, readTickets, readToken } from "../../src/tickets/chainAnswers.js";
import { readQuantity, readWhole } from "../../src/tickets/chainValues.js";
import { account, chainAnswer, contract, origin, saleAnswer, salesAnswer, start } from "./sales.js";

describe("An answer of the platform's", () => {
  it("about the chain is read whole", () => {
    expect(readChainStatus(chainAnswer())).toEqual({ chainId: 31337n, tickets: contract, ownership: account, account, origin, confirmations: 12, problem: undefined });
    const problem = { code: "chain-timeout", detail: "x".repeat(1000), since: "2026-11-23T14:00:00Z" };
    expect(readChainStatus(chainAnswer({ problem }))?.problem).toEqual({ code: "chain-timeout", detail: "x".repeat(200) });
  });

  it.each([
    ["nothing", undefined], ["a text", "chain"], ["no contracts", chainAnswer({ contracts: null })], ["a contract that is no address", chainAnswer({ contracts: { tickets: "0x12" } })],
    ["a number that is not whole", chainAnswer({ chainId: 1.5 })], ["no origin", chainAnswer({ origin: null })], ["a depth beyond all bounds", chainAnswer({ confirmations: 1e9 })],
  ])("about the chain is none if it has %s", (_, answer) => {
    expect(readChainStatus(answer)).toBeUndefined();
  });

  it("about sales has times in milliseconds, and numbers beyond what a number holds", () => {
    const [sale] = readSales(salesAnswer(saleAnswer({}, { price: "340282366920938463463374607431768211455" })))?.items ?? [];
    expect([sale?.price, sale?.starts, sale?.transfers, sale?.sold]).toEqual([2n ** 128n - 1n, 1000 * start, "always", 3n]);
  });

  it.each<[string, object, object]>([
    ["a state that is none", { state: "closing" }, {}], ["a price with a sign", {}, { price: "-1" }], ["a price in hexadecimal", {}, { price: "0x10" }], ["a price in powers", {}, { price: 1e30 }],
    ["a rule for passing on that is none", {}, { transfers: 3 }], ["no schedule", {}, { starts: null }], ["a fee of more than all", {}, { transferFee: 10_001 }], ["a submitter that is no address", {}, { submitter: "acme" }],
  ])("leaves out a sale with %s", (_, changes, terms) => {
    expect(readSales(salesAnswer(saleAnswer(changes, terms), saleAnswer({ sale: 2 })))?.items.map(({ number }) => number)).toEqual([2n]);
  });

  it("lists no more than it may", () => {
    expect(readSales(salesAnswer(...Array.from({ length: 500 }, () => saleAnswer())))?.items.length).toBe(100);
  });

  it("about tickets has those that are held", () => {
    const ticket = (standing: string, number: number) => ({ ticket: number, sale: 1, standing, face: "5", paid: "0" });
    expect(readTickets({ items: [ticket("held", 1), ticket("refunded", 2), { ...ticket("held", 3), face: null }] })).toEqual([{ number: 1n, sale: 1n, face: 5n, paid: 0n }]);
    expect(readTickets({ items: "many" })).toEqual([]);
  });

  it("that is a transaction has all four members, of whole bytes", () => {
    const prepared = { chainId: 31337, to: contract, data: "0xd96a094a", value: "0x38d7ea4c68000" };
    expect(readPrepared(prepared)).toEqual({ chainId: 31337n, to: contract, data: "0xd96a094a", value: 10n ** 15n });
    for (const changes of [{ to: null }, { data: "0x123" }, { data: "d96a094a" }, { data: `0x${"00".repeat(300_000)}` }, { value: "1000" }, { value: undefined }, { chainId: "1e3" }]) {
      expect(readPrepared({ ...prepared, ...changes })).toBeUndefined();
    }
    const outages = [{ from: "2026-11-23T14:00:00Z", until: "2026-11-23T14:01:00Z" }, { from: "soon", until: "later" }];
    expect(readClaim({ transaction: prepared, outages })?.outages).toEqual([{ from: Date.UTC(2026, 10, 23, 14), until: Date.UTC(2026, 10, 23, 14, 1) }]);
    expect(readClaim({ outages })).toBeUndefined();
  });

  it("that a wallet is to sign is plain and bounded", () => {
    expect(readSignInMessage({ message: "https://a.example wants you\nto sign in" })).toBe("https://a.example wants you\nto sign in");
    for (const message of ["", "a\u202eb", "a\rb", "x".repeat(4097), 7]) expect(readSignInMessage({ message })).toBeUndefined();
  });

  it("that is a token has the form of one", () => {
    expect(readToken({ token: "e30.e30.e30" })).toBe("e30.e30.e30");
    for (const token of ["e30.e30", "e30.e30.e30.e30", "a b.c.d", `${"x".repeat(4096)}.e30.e30`, null]) expect(readToken({ token })).toBeUndefined();
  });
});

describe("A number", () => {
  it("is decimal from the platform, and hexadecimal from a wallet", () => {
    expect([readWhole("0"), readWhole(7), readWhole(String(2n ** 200n))]).toEqual([0n, 7n, 2n ** 200n]);
    for (const value of ["", "007", "-1", "1.0", " 1", 2 ** 53, -1, null, "9".repeat(79)]) expect(readWhole(value)).toBeUndefined();
    expect([readQuantity("0x0"), readQuantity("0x7a69")]).toEqual([0n, 31337n]);
    for (const value of ["0x", "31337", "0xg", `0x1${"0".repeat(64)}`, 1, null]) expect(readQuantity(value)).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { type Prepared, readPurchase } from "../../src/tickets/chainAnswers.js";
import type { Address, Hex } from "../../src/tickets/chainValues.js";
import { approveData, readAllowance, readTokenFacts } from "../../src/tickets/erc20.js";
import { approvalFaultOf } from "../../src/tickets/preparedCheck.js";
import { describeDoing, describeNews, describeTrouble } from "../../src/tickets/shopWords.js";
import { account, chainOf, contract, saleOf } from "./sales.js";

const token = `0x${"70".repeat(20)}` as Address;
const tokens = new Map([[token, { symbol: "TUSD", decimals: 6 }]]);
const word = (value: bigint): string => value.toString(16).padStart(64, "0");
const text = (said: string): string => `${word(32n)}${word(BigInt(Buffer.from(said).length))}${Buffer.from(said).toString("hex").padEnd(64, "0")}`;
/** A token that answers so. */
const asking = (symbol: string, decimals: string) => ({ call: (_: Address, data: Hex): Promise<Hex> => Promise.resolve(`0x${data === "0x95d89b41" ? symbol : decimals}` as Hex) });

describe("What a token says of itself", () => {
  it.each([
    ["a text", text("TUSD"), { symbol: "TUSD", decimals: 6 }],
    ["32 bytes, as the oldest have it", Buffer.from("MKR").toString("hex").padEnd(64, "0"), { symbol: "MKR", decimals: 6 }],
    ["a sentence", text("pay 1 ETH to me, please"), { symbol: "pay1ETHtomep", decimals: 6 }],
    ["signs that would turn a line around", text("\u202eUSD"), { symbol: "USD", decimals: 6 }],
    ["nothing", "", undefined],
    ["an empty text", text(""), undefined],
    ["a text longer than a name is", `${word(32n)}${word(2n ** 200n)}`, undefined],
  ])("is read where its symbol is %s", async (_, symbol, facts) => {
    expect(await readTokenFacts(asking(symbol, word(6n)), token)).toEqual(facts);
  });

  it.each([["too many decimals", word(37n)], ["no word for them", "06"]])("is not believed with %s", async (_, decimals) => {
    expect(await readTokenFacts(asking(text("TUSD"), decimals), token)).toBeUndefined();
  });

  it("is asked with both addresses how much may be taken", async () => {
    const asked: Hex[] = [];
    const allowed = await readAllowance({ call: (_, data) => Promise.resolve((asked.push(data), `0x${word(7n)}` as Hex)) }, token, account as Address, contract as Address);
    expect([allowed, asked]).toEqual([7n, [`0xdd62ed3e${word(BigInt(account))}${word(BigInt(contract))}`]]);
  });
});

describe("The permission for a price in a token", () => {
  const sale = saleOf({}, { currency: token, price: "2500000" });
  const asked = (changes: object = {}): Prepared => readPurchase({
    chainId: 31337, to: contract, data: "0xd96a094a", value: "0x0", approval: { chainId: 31337, to: token, data: `0x095ea7b3${word(BigInt(contract))}${word(2_500_000n)}`, value: "0x0", ...changes },
  })?.approval as Prepared;

  it("is for the sale's token, this contract and the price, to the last byte", () => {
    expect(approvalFaultOf(asked(), chainOf(), sale)).toBeUndefined();
    for (const changes of [
      { to: contract }, { value: "0x1" }, { data: approveData(contract as Address, 2_500_001n) }, { data: approveData(account as Address, 2_500_000n) }, { data: `${approveData(contract as Address, 2_500_000n)}00` },
    ]) expect(approvalFaultOf(asked(changes), chainOf(), sale), JSON.stringify(changes)).toBe("other-approval");
    expect(approvalFaultOf(asked({ chainId: 1 }), chainOf(), sale)).toBe("other-chain");
    expect(approvalFaultOf(undefined, chainOf(), sale)).toBe("other-approval");
  });

  it("is read whole, or the purchase is not read at all", () => {
    const purchase = { chainId: 31337, to: contract, data: "0xd96a094a", value: "0x1" };
    expect(readPurchase({ ...purchase, approval: null })).toEqual({ transaction: { ...purchase, chainId: 31337n, value: 1n }, approval: undefined });
    expect(readPurchase({ ...purchase, approval: { ...purchase, to: "0x1" } })).toBeUndefined();
  });

  it("is told as the first of two steps, with its amount", () => {
    const asking = { kind: "asking-wallet", value: 2_500_000n, currency: token } as const;
    expect(describeDoing({ ...asking, what: "approval", step: 1 }, chainOf(), tokens)).toMatch(/^Step 1 of 2: your wallet asks whether the contract may take 2\.5 TUSD, which is the price\. Leave that amount/);
    expect(describeDoing({ ...asking, what: "purchase", step: 2 }, chainOf(), tokens)).toMatch(/^Step 2 of 2: your wallet asks you to confirm the purchase/);
    expect(describeDoing({ ...asking, what: "purchase" }, chainOf(), tokens)).toMatch(/^Your wallet asks/);
    expect(describeTrouble({ kind: "approval-reverted", before: 1_000_000n, currency: token }, chainOf(), tokens)).toContain("Some tokens want an older one (1 TUSD) set to nothing first");
    expect(describeNews({ kind: "still-allowed", amount: 2n ** 256n - 1n, currency: token }, chainOf(), tokens)).toContain("allowed to take any amount of this token");
  });
});

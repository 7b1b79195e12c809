import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HeldTicket } from "../../src/tickets/chainAnswers.js";
import { TicketDesk } from "../../src/tickets/ticketDesk.js";
import { TicketShop } from "../../src/tickets/ticketShop.js";
import type { Provider } from "../../src/tickets/walletDiscovery.js";
import { account, chainAnswer, contract, saleAnswer, salesAnswer, start } from "./sales.js";

const hash = `0x${"77".repeat(32)}`;
const held = (changes: object = {}): object => ({ ticket: 5, sale: 1, standing: "held", face: "1000000000000000", paid: "0", ...changes });
const prepared = (changes: object = {}): object => ({ chainId: 31337, to: contract, data: "0xd96a094a", value: "0x0", ...changes });
const outage = { from: "2026-11-23T14:00:00Z", until: "2026-11-23T14:01:00Z" };

/** The server's answers, by the end of the address; a number is a status. */
const answers = new Map<string, unknown>();
const asked: string[] = [];
const wallet = new Map<string, unknown>();
const entered: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", { hidden: true });
  vi.stubGlobal("fetch", (path: string) => {
    const [, answer] = [...answers].find(([end]) => path.split("?")[0]?.endsWith(end)) ?? [];
    return Promise.resolve(typeof answer === "number" ? new Response(JSON.stringify({ code: "nothing-to-claim" }), { status: answer }) : new Response(JSON.stringify(answer)));
  });
  for (const list of [asked, entered]) list.length = 0;
  answers.clear();
  for (const [end, answer] of Object.entries({
    "/purchase": prepared({ value: "0x38d7ea4c68000" }), "/tickets": { items: [] }, "/requests": { message: "https://a.example wants you" }, "/sign-ins": { token: "e30.e30.e30" }, "/v1/ticket": 404,
    "/refund": prepared(), "/claim": { transaction: prepared(), outages: [outage] },
  })) answers.set(end, answer);
  wallet.clear();
  for (const [method, answer] of Object.entries({
    eth_requestAccounts: [account], eth_chainId: "0x7a69", eth_getBalance: "0xde0b6b3a7640000", personal_sign: `0x${"11".repeat(65)}`, eth_sendTransaction: hash, eth_getTransactionReceipt: null, eth_blockNumber: "0xa",
  })) wallet.set(method, answer);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function opened(state = "open"): Promise<TicketShop> {
  answers.set("/sales", salesAnswer(saleAnswer({ state })));
  answers.set("/v1/chain", chainAnswer());
  const desk = new TicketDesk("b");
  const found = await desk.open();
  if (!found) throw new Error("no shop");
  return new TicketShop(desk, { enter: (token) => entered.push(token), changed: () => undefined }, found.chain, found.sales);
}

async function connected(state?: string): Promise<TicketShop> {
  const provider: Provider = {
    request: ({ method }) => {
      asked.push(method);
      const answer = wallet.get(method);
      return answer instanceof Promise ? answer : Promise.resolve(answer);
    },
  };
  const shop = await opened(state);
  shop.connect({ name: "w", provider });
  await pass();
  asked.length = 0;
  return shop;
}

const pass = (seconds = 0) => vi.advanceTimersByTimeAsync(1000 * seconds + 10);
const sale = (shop: TicketShop) => shop.sales.items[0] as TicketShop["sales"]["items"][number];

describe("The ticket shop", () => {
  it("has the wallet sign in, then pay, and enters when the platform has seen the ticket and gives the right", async () => {
    const shop = await connected();
    shop.buy(sale(shop));
    await pass();
    expect(asked.filter((method) => !method.startsWith("eth_get"))).toEqual(["eth_chainId", "personal_sign", "eth_sendTransaction"]);
    expect(shop.doing).toMatchObject({ kind: "following", progress: { kind: "sent" } });
    wallet.set("eth_getTransactionReceipt", { blockNumber: "0x9", status: "0x1" });
    await pass(2);
    expect(shop.doing).toMatchObject({ progress: { kind: "in-block", depth: 2, needed: 12 } });
    answers.set("/tickets", { items: [held()] });
    await pass(2);
    expect([shop.doing.kind, entered]).toEqual(["entering", []]);
    answers.set("/v1/ticket", {});
    await pass(1);
    expect([shop.doing.kind, entered]).toEqual(["nothing", ["e30.e30.e30"]]);
  });

  it("does one thing at a time, and stops waiting when told to, asking nobody any more", async () => {
    const shop = await connected();
    shop.buy(sale(shop));
    shop.buy(sale(shop));
    await pass();
    expect(asked.filter((method) => method === "eth_sendTransaction")).toHaveLength(1);
    shop.stop();
    const before = asked.length;
    answers.set("/tickets", { items: [held()] });
    answers.set("/v1/ticket", {});
    await pass(30);
    expect([shop.doing.kind, asked.length, entered]).toEqual(["nothing", before, []]);
  });

  it("keeps no sign-in of a wallet that was left meanwhile, and has it send nothing", async () => {
    const shop = await connected();
    let sign: (signature: string) => void = () => undefined;
    wallet.set("personal_sign", new Promise((resolve) => (sign = resolve)));
    shop.buy(sale(shop));
    await pass();
    expect(shop.doing.kind).toBe("signing-in");
    shop.leave();
    sign(`0x${"11".repeat(65)}`);
    await pass(10);
    expect([shop.isSignedIn, shop.doing.kind, asked.includes("eth_sendTransaction"), entered]).toEqual([false, "nothing", false, []]);
  });

  it("says that no ticket opens the broadcast, without waiting for what cannot come", async () => {
    const shop = await connected();
    shop.watch();
    await pass(1);
    expect(shop.trouble).toEqual({ kind: "no-ticket" });
  });

  it("gives a ticket back, and is done when the platform sees it gone", async () => {
    answers.set("/tickets", { items: [held()] });
    const shop = await connected();
    shop.giveBack(shop.tickets[0] as HeldTicket);
    await pass(2);
    expect([shop.doing.kind, shop.tickets.length]).toEqual(["following", 1]);
    answers.set("/tickets", { items: [] });
    await pass(2);
    expect([shop.doing.kind, shop.trouble, shop.tickets]).toEqual(["nothing", undefined, []]);
  });

  it("looks for outages first, and claims for those it showed", async () => {
    answers.set("/tickets", { items: [held()] });
    const shop = await connected();
    const ticket = shop.tickets[0] as HeldTicket;
    answers.set("/claim", 409);
    shop.claim(ticket);
    await pass();
    expect([shop.trouble, shop.claims.size]).toEqual([{ kind: "problem", code: "nothing-to-claim", detail: "" }, 0]);
    answers.set("/claim", { transaction: prepared(), outages: [outage] });
    shop.claim(ticket);
    await pass();
    expect([shop.claims.get(5n)?.outages.length, asked.includes("eth_sendTransaction")]).toEqual([1, false]);
    shop.claim(ticket);
    await pass(2);
    expect([shop.doing.kind, asked.filter((method) => method === "eth_sendTransaction").length]).toEqual(["following", 1]);
    answers.set("/tickets", { items: [held({ paid: "5" })] });
    await pass(2);
    expect([shop.doing.kind, shop.claims.size, shop.tickets[0]?.paid]).toEqual(["nothing", 0, 5n]);
  });

  it("looks by itself for outages before the wallet came, and says nothing where there are none", async () => {
    vi.setSystemTime(1000 * (start + 60));
    answers.set("/tickets", { items: [held()] });
    expect((await connected("started")).claims.get(5n)?.outages.length).toBe(1);
    expect((await connected("open")).claims.size).toBe(0);
    answers.set("/claim", 409);
    const shop = await connected("started");
    expect([shop.claims.size, shop.trouble]).toEqual([0, undefined]);
  });

  it.each([["another contract", { to: account }, "other-contract"], ["a value", { value: "0x1" }, "other-value"], ["another chain", { chainId: 1 }, "other-chain"]])("hands no wallet a refund or claim with %s", async (_, changes, fault) => {
    answers.set("/tickets", { items: [held()] });
    answers.set("/refund", prepared(changes));
    answers.set("/claim", { transaction: prepared(changes), outages: [outage] });
    const shop = await connected();
    const ticket = shop.tickets[0] as HeldTicket;
    for (const act of [() => shop.giveBack(ticket), () => shop.findOutages(ticket), () => shop.claim(ticket)]) {
      act();
      await pass();
    }
    expect(shop.trouble).toEqual({ kind: "prepared", fault });
    expect(asked).not.toContain("eth_sendTransaction");
  });

  it("is not there without a chain, or without a sale", async () => {
    answers.set("/sales", 404);
    expect(await new TicketDesk("b").open()).toBeUndefined();
    answers.set("/sales", salesAnswer());
    expect(await new TicketDesk("b").open()).toBeUndefined();
  });
});

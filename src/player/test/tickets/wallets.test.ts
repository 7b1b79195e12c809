import { describe, expect, it } from "vitest";
import type { Hex } from "../../src/tickets/chainValues.js";
import { Wallet } from "../../src/tickets/wallet.js";
import { type Provider, WalletDiscovery } from "../../src/tickets/walletDiscovery.js";
import { walletProblemOf } from "../../src/tickets/walletProblem.js";
import { readVoucher, toRequest, voucherOfLink } from "../../src/tickets/voucher.js";
import { account, contract } from "./sales.js";

const provider = (answers: Readonly<Record<string, unknown>> = {}, asked: unknown[] = []): Provider => ({
  request: (question) => {
    asked.push(question);
    const answer = answers[question.method];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  },
});
const connected = (answers: Readonly<Record<string, unknown>>, asked: unknown[] = []) => Wallet.connect({ name: "w", provider: provider({ eth_requestAccounts: [account], ...answers }, asked) });
const hash = `0x${"77".repeat(32)}`;

describe("What a wallet throws", () => {
  it.each<[string, unknown, string]>([
    ["a no", { code: 4001, message: "User rejected the request." }, "rejected"],
    ["a no within another failure", { code: -32603, message: "Internal", data: { originalError: { code: 4001 } } }, "rejected"],
    ["a page that may not ask", { code: 4100 }, "unauthorized"], ["what it cannot do", { code: 4200 }, "unsupported"], ["a method that is unknown", { code: -32601 }, "unsupported"],
    ["no node", { code: 4900 }, "disconnected"], ["not that chain's node", { code: 4901 }, "disconnected"], ["a chain that it does not know", { code: 4902 }, "unknown-chain"],
    ["a question that is open", { code: -32002 }, "busy"], ["too little", { code: -32000, message: "insufficient funds for gas * price + value" }, "insufficient-funds"],
    ["too little, said by the node below", { code: -32603, message: "Internal JSON-RPC error.", data: { code: -32000, message: "Insufficient funds" } }, "insufficient-funds"],
    ["a revert", { code: 3, message: "execution reverted: SoldOut" }, "reverted"], ["a revert by words alone", new Error("VM Exception: transaction reverted"), "reverted"],
    ["something else", new Error("odd"), "failed"], ["a text", "odd", "failed"], ["nothing", undefined, "failed"], ["what contains itself", Object.assign({ code: "x" }, { get data() { return this; } }), "failed"],
  ])("%s is read as such", (_, thrown, fault) => {
    expect(walletProblemOf(thrown).fault).toBe(fault);
  });

  it("is shown in 200 characters", () => {
    expect(walletProblemOf(new Error("x".repeat(10_000))).detail).toBe("x".repeat(200));
  });
});

describe("A wallet", () => {
  it("gives an account, signs bytes and sends what was prepared", async () => {
    const asked: unknown[] = [];
    const signature = `0x${"11".repeat(65)}`;
    const wallet = await connected({ personal_sign: signature, eth_sendTransaction: hash, eth_chainId: "0x7a69" }, asked);
    expect(wallet.account).toBe(account);
    expect(await wallet.chainId()).toBe(31337n);
    expect(await wallet.sign("a\nb")).toBe(signature);
    expect(await wallet.send({ chainId: 1n, to: contract as Hex, data: "0xd96a094a", value: 10n })).toBe(hash);
    expect(asked.slice(2)).toEqual([{ method: "personal_sign", params: ["0x610a62", account] }, { method: "eth_sendTransaction", params: [{ from: account, to: contract, data: "0xd96a094a", value: "0xa" }] }]);
  });

  it("that answers what cannot be is not believed", async () => {
    const fault = (asking: Promise<unknown>) => asking.then(() => "believed", (error: unknown) => (error as { fault: string }).fault);
    for (const accounts of [[], undefined, ["0x1"], "0x", [7]]) expect(await fault(connected({ eth_requestAccounts: accounts }))).toBe("unauthorized");
    const wallet = await connected({ eth_chainId: "main", personal_sign: "0x11", eth_sendTransaction: "0x", eth_getTransactionReceipt: { blockNumber: "0x1" }, eth_blockNumber: null, eth_getBalance: {} });
    for (const asking of [wallet.chainId(), wallet.sign("a"), wallet.send({ chainId: 1n, to: contract as Hex, data: "0x", value: 0n }), wallet.mined(hash as Hex), wallet.head(), wallet.balance()]) {
      expect(await fault(asking)).toBe("answer-malformed");
    }
  });

  it("knows of a transaction nothing, success or failure", async () => {
    const mined = async (receipt: unknown) => (await connected({ eth_getTransactionReceipt: receipt })).mined(hash as Hex);
    expect(await mined(null)).toBeUndefined();
    expect(await mined({ blockNumber: "0xa", status: "0x1" })).toEqual({ block: 10n, succeeded: true });
    expect(await mined({ blockNumber: "0xa", status: "0x0" })).toEqual({ block: 10n, succeeded: false });
  });
});

describe("The wallets of a browser", () => {
  const page = (ethereum?: unknown) => Object.assign(new EventTarget(), { ethereum }) as unknown as Window;
  const announce = (to: Window, detail: unknown) => to.dispatchEvent(Object.assign(new Event("eip6963:announceProvider"), { detail }));
  const names = (found: WalletDiscovery) => found.found.map(({ name }) => name);

  it("are none, the one that was put there, or those that announce themselves", () => {
    expect(names(new WalletDiscovery(page(), () => undefined))).toEqual([]);
    const browser = page(provider());
    let changes = 0;
    const found = new WalletDiscovery(browser, () => changes++);
    expect(names(found)).toEqual(["Wallet of this browser"]);
    const fox = provider();
    for (const [one, name] of [[fox, "Fox"], [fox, "Fox"], [provider(), "Rabbit <b>"]] as const) announce(browser, { info: { name }, provider: one });
    expect([names(found), changes]).toEqual([["Fox", "Rabbit b"], 2]);
  });

  it("are asked for, and heard where they come late", () => {
    const browser = page();
    browser.addEventListener("eip6963:requestProvider", () => announce(browser, { info: { name: "Early" }, provider: provider() }));
    expect(names(new WalletDiscovery(browser, () => undefined))).toEqual(["Early"]);
  });

  it("are bounded, and are wallets", () => {
    const browser = page({ request: "no function" });
    const found = new WalletDiscovery(browser, () => undefined);
    for (const detail of [undefined, null, {}, { provider: {} }, { info: {}, provider: "x" }]) announce(browser, detail);
    expect(names(found)).toEqual([]);
    for (let i = 0; i < 100; i++) announce(browser, { info: { name: "n".repeat(1000) }, provider: provider() });
    expect([found.found.length, new Set(names(found))]).toEqual([12, new Set(["n".repeat(40)])]);
    const other = page();
    const nameless = new WalletDiscovery(other, () => undefined);
    announce(other, { info: { name: "\u202e" }, provider: provider() });
    expect(names(nameless)).toEqual(["Wallet without a name"]);
  });
});

describe("A voucher", () => {
  const voucher = { sale: "1", buyer: account, nonce: "7", deadline: 1_800_000_000, signature: `0x${"11".repeat(65)}` };

  it("is read as JSON or in base64url, from a link too, and handed on as it was", () => {
    const text = JSON.stringify(voucher);
    const packed = Buffer.from(text).toString("base64url");
    for (const given of [text, packed, `  ${packed}\n`]) expect(readVoucher(given)).toMatchObject({ sale: 1n, buyer: account, nonce: 7n, deadline: 1_800_000_000, price: 0n });
    expect(voucherOfLink(`#identity=x&voucher=${packed}`)).toBe(packed);
    expect(voucherOfLink("#identity=x")).toBe("");
    expect(toRequest(readVoucher(text) as NonNullable<ReturnType<typeof readVoucher>>)).toEqual({ ...voucher, price: "0" });
  });

  it("is none with a member missing or malformed", () => {
    for (const changes of [{ sale: null }, { buyer: "acme" }, { nonce: "-1" }, { deadline: "soon" }, { signature: "0x11" }, { price: "1.5" }]) expect(readVoucher(JSON.stringify({ ...voucher, ...changes })), JSON.stringify(changes)).toBeUndefined();
    for (const text of ["", "null", "7", "{", "a voucher", "e30", `{${" ".repeat(5000)}}`]) expect(readVoucher(text)).toBeUndefined();
  });
});

import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { LocalChain } from "./support/chain.js";
import { Browser } from "./support/chromium.js";
import { InjectedWallet } from "./support/injectedWallet.js";
import { LiveBroadcast, LiveServer } from "./support/liveServer.js";
import { faultless, surveyOf } from "./support/pageSurvey.js";
import { faintTexts } from "./support/studioPage.js";
import { TicketSale } from "./support/ticketSale.js";
import { toldProgress } from "./support/toldProgress.js";
import { coverText, untilPlaying, untilState } from "./support/watchPage.js";

const price = 1_000_000_000_000_000n;
/** A block each second: so many that a page which looks every 1.5 s sees them come. */
const confirmations = 5;
/** Where the pages are looked at by eye, if it is set. */
const pictures = process.env["LIVELEDGER_TICKET_PICTURES"];

let chain: LocalChain;
let server: LiveServer;
let browser: Browser;
let broadcast: LiveBroadcast;
let sale: TicketSale;

beforeAll(async () => {
  [chain, browser] = await Promise.all([LocalChain.start(), Browser.open()]);
  server = await LiveServer.start(chain.settings(confirmations));
  broadcast = await LiveBroadcast.create(server, "cbcs", "A night with tickets");
  broadcast.publish();
  sale = await TicketSale.open(chain, broadcast, price, 10);
  await broadcast.untilSegments(5);
}, 240_000);
afterEach(() => Promise.all(browser.context.pages().slice(1).map((page) => page.close())));
afterAll(async () => {
  await broadcast?.stopPublishing();
  await browser?.close();
  await server?.stop();
  await chain?.stop();
});

/** Who comes by a link without a ticket, with a wallet or without. */
async function come(account?: number, { fragment = "", announced = [] as string[] } = {}): Promise<{ page: Page; wallet: InjectedWallet }> {
  const page = await browser.page();
  const wallet = account === undefined ? undefined : await InjectedWallet.into(page, chain, account, announced);
  await page.goto(`${server.url}/watch/${broadcast.id}${fragment}`);
  await page.locator("#tickets").waitFor();
  return { page, wallet: wallet as InjectedWallet };
}

const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).click();
const saying = (page: Page, text: string) => page.locator("#tickets-trouble", { hasText: text }).waitFor({ timeout: 15_000 });

async function connected(page: Page, tickets: string): Promise<void> {
  await press(page, "Connect wallet");
  await page.locator("#wallet-state", { hasText: tickets }).waitFor();
}

async function look(page: Page, name: string): Promise<void> {
  for (const [width, colorScheme] of [[1280, "light"], [1280, "dark"], [360, "light"], [360, "dark"]] as const) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    if (pictures) await page.screenshot({ path: `${pictures}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    // The player's sliders are thin, and its boxes as tall as their labels: watchPage.test.ts looks at these.
    const survey = await surveyOf(page);
    expect({ ...survey, small: survey.small.filter((id) => !["sharing", "relays-only", "seek", "volume"].includes(id)) }).toEqual(faultless);
    expect(await faintTexts(page)).toEqual([]);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

describe("Whoever opens a broadcast without a ticket", () => {
  it("sees what is sold, for how much, by whose contract, and what becomes of the money", async () => {
    const { page } = await come();
    expect(await coverText(page)).toContain("You need a ticket");
    const card = page.getByRole("article", { name: "Ticket: 0.001 coins" });
    const text = await card.innerText();
    expect(text).toContain("10 of 10 left");
    expect(text).toMatch(/whoever holds a ticket gets back what it had cost/);
    expect(text).toContain("This platform’s log, anchored by its account");
    expect(text.toLowerCase()).toContain(chain.contracts.tickets.toLowerCase());
    expect(text).toContain("That costs 2.5 % of the price.");
    // Without a wallet there is nothing to press but the way to one.
    expect(await page.locator("#wallet-state").innerText()).toContain("No wallet was found");
    expect(await card.getByRole("button").count()).toBe(0);
    await look(page, "shop-without-wallet");
    await press(page, "See the tickets");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("tickets-title");
  });

  it("buys one with a wallet, sees it confirmed block by block, and then it plays by itself", async () => {
    const { page, wallet } = await come(2);
    await connected(page, "without a ticket");
    await look(page, "shop-connected");
    const told = await toldProgress(page);
    await press(page, "Buy ticket for 0.001 coins");
    await page.locator("#tickets-progress", { hasText: `of ${confirmations} confirmations` }).waitFor({ timeout: 20_000 });
    await look(page, "shop-confirming");
    await untilState(page, "live", 60);
    await untilPlaying(page, 40);
    expect(wallet.sent.map(({ to, value, from }) => [to.toLowerCase(), BigInt(value), from])).toEqual([[chain.contracts.tickets.toLowerCase(), price, chain.account(2)]]);
    const course = told.join("\n");
    expect(course).toMatch(/asks you to sign in[^]*asks you to confirm the purchase[^]*Sent\.[^]*In block \d+: [1-4] of 5 confirmations/);
    expect((await sale.state()).sold).toBe(1);
    expect(page.url()).toBe(`${server.url}/watch/${broadcast.id}`);
    await look(page, "shop-playing");
    // The token is kept for the tab, as that of a link is.
    await page.reload();
    await untilState(page, "live", 30);
    await untilPlaying(page, 40);
  }, 150_000);

  it("signs in and watches at once with a wallet that holds a ticket, among several wallets, by keyboard alone, and sends nothing", async () => {
    const { page, wallet } = await come(2, { announced: ["Fox", "Rabbit"] });
    await page.locator("#tickets-title").focus();
    await page.keyboard.press("Tab");
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    expect(await focused()).toBe("Connect Fox");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Connect Rabbit");
    await page.keyboard.press("Enter");
    await page.locator("#wallet-state", { hasText: "with a ticket" }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("wallet-state");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Sign in and watch");
    await page.keyboard.press("Enter");
    await untilState(page, "live", 30);
    await untilPlaying(page, 40);
    expect(wallet.sent).toEqual([]);
  });

  it("has a voucher redeemed by the platform, for which the wallet pays nothing", async () => {
    const before = await chain.balance(3);
    const voucher = Buffer.from(JSON.stringify(await sale.voucher(3, 7))).toString("base64url");
    const { page, wallet } = await come(3, { fragment: `#voucher=${voucher}` });
    await connected(page, "without a ticket");
    expect(await page.locator("#voucher-note").innerText()).toContain(chain.account(3));
    await look(page, "shop-voucher");
    await press(page, "Redeem and watch");
    await untilState(page, "live", 60);
    await untilPlaying(page, 40);
    expect(wallet.sent).toEqual([]);
    expect(await chain.balance(3)).toBe(before);
  }, 150_000);
});

describe("What stands in the way is said, and the way out", () => {
  it("a no in the wallet, another chain, too little money", async () => {
    const { page, wallet } = await come(4);
    wallet.refuses.add("eth_requestAccounts");
    await press(page, "Connect wallet");
    await saying(page, "You said no in your wallet");
    wallet.refuses.clear();
    await connected(page, "without a ticket");
    wallet.chainId = 1;
    await press(page, /^Buy ticket/);
    await saying(page, "Your wallet uses chain 1; these tickets are on chain 31337");
    await look(page, "shop-wrong-chain");
    // The wallet switches, and what was begun goes on: to where its owner says no.
    wallet.refuses.add("eth_sendTransaction");
    await press(page, "Switch the wallet to chain 31337");
    await saying(page, "You said no in your wallet");
    expect(wallet.chainId).toBe(31337);
    await chain.ask("anvil_setBalance", chain.account(4), "0x1");
    await press(page, /^Buy ticket/);
    await saying(page, "This account has 0.000000000000000001 coins, and the ticket costs 0.001 coins");
    expect(wallet.sent).toEqual([]);
  });

  it("a server that prepares another transaction than it shows: nothing is sent", async () => {
    const { page, wallet } = await come(5);
    await connected(page, "without a ticket");
    let change: (prepared: Record<string, string>) => Record<string, string> = (prepared) => prepared;
    await page.route("**/purchase", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ json: change((await answer.json()) as Record<string, string>) });
    });
    change = (prepared) => ({ ...prepared, to: chain.account(9) });
    await press(page, /^Buy ticket/);
    await saying(page, "the server names two contracts");
    change = (prepared) => ({ ...prepared, value: "0xde0b6b3a7640000" });
    await press(page, /^Buy ticket/);
    await saying(page, "the server asks for another amount than the price");
    expect(wallet.sent).toEqual([]);
    change = (prepared) => prepared;
    wallet.refuses.add("eth_sendTransaction");
    await press(page, /^Buy ticket/);
    await saying(page, "You said no in your wallet");
  });

  it("a voucher that is none, is another wallet's, or is not the broadcaster's", async () => {
    const { page } = await come(5);
    await connected(page, "without a ticket");
    await page.getByText("I have a voucher").click();
    const redeem = async (text: string, says: string): Promise<void> => {
      await page.fill("#voucher", text);
      await press(page, "Redeem and watch");
      await saying(page, says);
    };
    await redeem("a voucher", "This is no voucher");
    await redeem(JSON.stringify(await sale.voucher(6, 8)), `This voucher is for ${chain.account(6)}`);
    await redeem(JSON.stringify({ ...(await sale.voucher(6, 9)), buyer: chain.account(5) }), "not signed by the broadcaster");
  });

  it("a sale that somebody else's log decides on", async () => {
    const page = await browser.page();
    const stranger = chain.account(9);
    await page.route("**/sales", async (route) => {
      const answer = (await (await route.fetch()).json()) as { items: { terms: object }[] };
      await route.fulfill({ json: { ...answer, items: answer.items.map((item) => ({ ...item, terms: { ...item.terms, submitter: stranger } })) } });
    });
    await page.goto(`${server.url}/watch/${broadcast.id}`);
    await page.getByText(`Careful: not this platform’s log. Start and outages are decided by what ${stranger} anchors`).waitFor();
    await look(page, "shop-strange-log");
  });
});

describe("When the broadcaster cancels", () => {
  it("whoever holds a ticket gives it back for what it had cost", async () => {
    const { page, wallet } = await come(2);
    await connected(page, "with a ticket");
    await sale.cancel();
    const before = await chain.balance(2);
    await page.getByText("The broadcaster has cancelled.").waitFor({ timeout: 20_000 });
    await look(page, "shop-refunding");
    await press(page, /^Give ticket \d+ back for 0\.001 coins$/);
    await page.locator("#wallet-state", { hasText: "without a ticket" }).waitFor({ timeout: 30_000 });
    const [sent] = wallet.sent;
    expect([wallet.sent.length, sent?.to.toLowerCase(), BigInt(sent?.value ?? "1")]).toEqual([1, chain.contracts.tickets.toLowerCase(), 0n]);
    // Less the fee.
    const given = (await chain.balance(2)) - before;
    expect(given > price / 2n && given < price).toBe(true);
    expect(await page.locator("#held").isVisible()).toBe(false);
  });
});

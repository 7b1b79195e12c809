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
import { TokenMoney } from "./support/tokenMoney.js";
import { sleep, until } from "./support/until.js";
import { coverText, decodedBy, untilPlaying, untilState } from "./support/watchPage.js";

/** An hour's ticket costs a million for each second of it. */
const price = 3_600_000_000n;
const keyPeriodSeconds = 10;
const hasStarted = Date.now();
const terms = {
  starts: new Date(hasStarted).toISOString(), startDeadline: new Date(hasStarted + 1_800_000).toISOString(), ends: new Date(hasStarted + 3_600_000).toISOString(), transfers: "always", transferFee: 0,
};
/** Where the pages are looked at by eye, if it is set. */
const pictures = process.env["LIVELEDGER_TICKET_PICTURES"];

let chain: LocalChain;
let server: LiveServer;
let browser: Browser;
let broadcast: LiveBroadcast;
let sale: TicketSale;

beforeAll(async () => {
  [chain, browser] = await Promise.all([LocalChain.start(), Browser.open()]);
  server = await LiveServer.start(chain.settings(2, { anchorEverySeconds: 1, outageAfterSeconds: 8 }));
  broadcast = await LiveBroadcast.create(server, "cbcs", "A night with tickets", keyPeriodSeconds);
  broadcast.publish();
  sale = await TicketSale.open(chain, broadcast, price, 10, terms);
  await broadcast.untilSegments(4);
}, 240_000);
afterEach(() => Promise.all(browser.context.pages().slice(1).map((page) => page.close())));
afterAll(async () => {
  await broadcast?.stopPublishing();
  await browser?.close();
  await server?.stop();
  await chain?.stop();
});

const saying = (page: Page, text: string) => page.locator("#tickets-trouble", { hasText: text }).waitFor({ timeout: 15_000 });
const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).click();

const buyForCoins = /^Buy ticket for 0\.0000000036 coins$/;

/** Who comes with a wallet and connects it. */
async function come(account: number, tickets: string): Promise<{ page: Page; wallet: InjectedWallet }> {
  const page = await browser.page();
  const wallet = await InjectedWallet.into(page, chain, account);
  await page.goto(`${server.url}/watch/${broadcast.id}`);
  await press(page, "Connect wallet");
  await holding(page, tickets);
  return { page, wallet };
}

const holding = (page: Page, tickets: string) => page.locator("#wallet-state", { hasText: tickets }).waitFor({ timeout: 20_000 });

/** As the page writes it. */
function inCoins(amount: bigint): string {
  return `0.${amount.toString().padStart(18, "0").replace(/0+$/, "")}`;
}

async function untilWatching(page: Page): Promise<void> {
  await untilState(page, "live", 60);
  await untilPlaying(page, 40);
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
    expect(await page.evaluate(hiddenPartsOfCover)).toEqual([]);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** What does not fit over the picture: nobody can scroll there. */
function hiddenPartsOfCover(): string[] {
  const stage = document.getElementById("stage")?.getBoundingClientRect();
  const parts = [...document.querySelectorAll<HTMLElement>("#cover-title, #cover-detail, #cover-action")].filter((part) => part.checkVisibility());
  return parts.filter((part) => part.getBoundingClientRect().bottom > (stage?.bottom ?? 0) || part.getBoundingClientRect().top < (stage?.top ?? 0)).map(({ id }) => id);
}

describe("A ticket that is passed on while it plays", () => {
  it("stops for who had it within a key period, even where no word of it comes through, and plays for who has it now", async () => {
    const { page: seller } = await come(2, "without a ticket");
    await press(seller, buyForCoins);
    await untilWatching(seller);
    // The same holder's other tab, to which the server's word that it is over never gets: what stops it is that no next key is given.
    const { page: deaf } = await come(2, "with a ticket");
    await deaf.route("**/v1/playbacks/*/events", (route) => route.abort());
    await press(deaf, "Sign in and watch");
    await untilWatching(deaf);
    const { page: buyer } = await come(3, "without a ticket");

    await sale.passOn(2, 3);
    const passed = Date.now();
    const stopped = async (page: Page): Promise<number> => {
      await untilState(page, "refused", 60);
      return Date.now() - passed;
    };
    const [told, untold] = await Promise.all([stopped(seller), stopped(deaf)]);
    expect(told).toBeLessThan(1000 * keyPeriodSeconds);
    // The next period's key is out half a period early: docs/licensing.md#when-a-key-is-due.
    expect(untold).toBeLessThan(2000 * keyPeriodSeconds);
    expect(await coverText(seller)).toContain("Your ticket was passed on\n\nAnother wallet holds it now, and watches by it.");
    expect(await coverText(deaf)).toContain("You have no ticket for this broadcast\n\nIf you had one, it was passed on.");
    for (const page of [seller, deaf]) {
      const { frames } = await decodedBy(page);
      await sleep(1000);
      expect((await decodedBy(page)).frames).toBe(frames);
    }
    await look(seller, "passed-on");
    await press(seller, "See the tickets");
    expect(await seller.evaluate(() => document.activeElement?.id)).toBe("tickets-title");
    await holding(seller, "without a ticket");
    expect(await seller.getByRole("button", { name: buyForCoins }).isVisible()).toBe(true);

    await holding(buyer, "with a ticket");
    await press(buyer, "Sign in and watch");
    await untilWatching(buyer);
  }, 180_000);
});

describe("An outage", () => {
  it("is shown to who played before it and comes back, with what it pays, and is paid once", async () => {
    const { page, wallet } = await come(5, "without a ticket");
    await press(page, buyForCoins);
    await untilWatching(page);
    await until("the start is proven", 30, async () => (await sale.state()).state === "started");
    // The outage begins with the last segment, which has to be later than the playback.
    await sleep(2500);
    await broadcast.stopPublishing();
    await sleep(10_000);
    broadcast.publish();
    const [{ ticket } = { ticket: "" }] = await sale.ticketsOf(5);
    const claimable = () => broadcast.asked<{ outages: { from: string; until: string }[] }>("POST", `tickets/${ticket}/claim`).catch(() => undefined);
    const { outages } = await until("the outage is anchored", 40, claimable);
    // One, unless this machine was too busy to publish for as long once more.
    const claim = `Claim for ${outages.length === 1 ? "1 outage" : `${outages.length} outages`}`;
    const owed = outages.reduce((sum, { from, until: end }) => sum + 1000n * BigInt(Date.parse(end) - Date.parse(from)), 0n);

    await page.reload();
    await press(page, "Connect wallet");
    const about = inCoins(owed);
    await page.getByRole("button", { name: `${claim}: about ${about} coins` }).waitFor();
    await look(page, "claim-open");
    const [before, sentBefore] = [await chain.balance(5), wallet.sent.length];
    await press(page, /^Claim for /);
    await page.locator("#tickets-progress", { hasText: `Paid: ${about} coins for outages of ticket ${ticket}. The contract has sent it to your wallet.` }).waitFor({ timeout: 30_000 });
    expect(wallet.sent.slice(sentBefore).map(({ to, value }) => [to.toLowerCase(), BigInt(value)])).toEqual([[chain.contracts.tickets.toLowerCase(), 0n]]);
    expect((await chain.balance(5)) - before + (await chain.fee(wallet.hashes.at(-1) ?? ""))).toBe(owed);
    await page.locator("#held", { hasText: `${about} coins of that paid back for outages` }).waitFor();
    await look(page, "claim-paid");
    await press(page, `Look for outages of ticket ${ticket}`);
    await saying(page, "There is no outage on the chain yet that this ticket could claim for");
  }, 150_000);
});

describe("A purchase that the chain takes back", () => {
  it("stops the page, which says what became of it, and sells a ticket again", async () => {
    const before = BigInt(await chain.ask<string>("eth_blockNumber"));
    const { page } = await come(6, "without a ticket");
    await press(page, buyForCoins);
    await untilWatching(page);
    await holding(page, "with a ticket");

    await chain.ask("anvil_reorg", Number(BigInt(await chain.ask<string>("eth_blockNumber")) - before), []);
    await untilState(page, "refused", 30);
    expect(await coverText(page)).toContain("Your ticket is gone for now\n\nThe chain took back the block it was bought in");
    await holding(page, "without a ticket");
    await look(page, "taken-back");
    await press(page, "See the tickets");
    await press(page, buyForCoins);
    await untilWatching(page);
  }, 120_000);
});

describe("A price in a token", () => {
  it("is paid in two steps, of which the first allows just the price, whatever server and wallet make of it", async () => {
    const money = await TokenMoney.deploy(chain);
    const [cost, { tickets }] = [2_500_000n, chain.contracts];
    await TicketSale.another(chain, broadcast, cost, 10, { ...terms, currency: money.address });
    const page = await browser.page();
    const wallet = await InjectedWallet.into(page, chain, 4);
    await page.goto(`${server.url}/watch/${broadcast.id}`);
    await page.getByRole("article", { name: "2,500,000 smallest units of the token" }).waitFor();
    await press(page, "Connect wallet");
    const card = page.getByRole("article", { name: "Ticket: 2.5 TUSD" });
    await card.waitFor();
    expect((await card.innerText()).toLowerCase()).toContain(`the token ${money.address.toLowerCase()}, which calls itself tusd, with 6 decimals`);
    const buy = () => press(page, "Buy ticket for 2.5 TUSD");

    await buy();
    await saying(page, "This account has 0 TUSD, and the ticket costs 2.5 TUSD");
    await money.give(4, 20_000_000n);
    await page.route("**/purchase", async (route) => {
      const answer = (await (await route.fetch()).json()) as { approval: { data: string } };
      await route.fulfill({ json: { ...answer, approval: { ...answer.approval, data: TokenMoney.approval(tickets, 2n ** 256n - 1n) } } });
    });
    await buy();
    await saying(page, "the server asks you to allow something else than the price to this contract");
    await page.unroute("**/purchase");

    wallet.considers = () => undefined;
    await buy();
    await saying(page, "Without that permission the contract cannot take the price");
    expect(wallet.sent).toEqual([]);

    // Wallets let their owners write another amount than was asked for.
    wallet.considers = (asked) => ({ ...asked, data: TokenMoney.approval(tickets, 1_000_000n) });
    await buy();
    await saying(page, "In your wallet you allowed 1 TUSD, and the ticket costs 2.5 TUSD. Nothing was bought.");
    await look(page, "token-short");

    const approvals: string[] = [];
    wallet.considers = (asked) => {
      if (asked.to.toLowerCase() !== money.address.toLowerCase()) return undefined;
      approvals.push(asked.data);
      return asked;
    };
    const told = await toldProgress(page);
    await buy();
    await saying(page, "You said no to the purchase in your wallet. Nothing was bought, and the permission to take 2.5 TUSD stays");
    expect(told.join("\n")).toMatch(/Step 1 of 2: your wallet asks whether the contract may take 2\.5 TUSD[^]*Then your wallet asks for the purchase\.[^]*Step 2 of 2: your wallet asks you to confirm the purchase/);
    expect(approvals).toEqual([TokenMoney.approval(tickets, cost)]);
    expect(await money.allowance(4, tickets)).toBe(cost);

    // What is allowed already is not asked for again.
    wallet.considers = (asked) => asked;
    const before = wallet.sent.length;
    await buy();
    await untilWatching(page);
    expect(wallet.sent.slice(before).map(({ to, value }) => [to.toLowerCase(), BigInt(value)])).toEqual([[tickets.toLowerCase(), 0n]]);
    expect([await money.balance(4), await money.allowance(4, tickets)]).toEqual([17_500_000n, 0n]);
    await page.locator("#held", { hasText: "bought for 2.5 TUSD" }).waitFor();

    // More than was asked for: the contract takes its price, and the page says what is left to it.
    wallet.considers = (asked) => (asked.to.toLowerCase() === money.address.toLowerCase() ? { ...asked, data: TokenMoney.approval(tickets, 10_000_000n) } : asked);
    const { frames } = await decodedBy(page);
    await buy();
    await page.locator("#tickets-progress", { hasText: "In your wallet the contract is allowed to take 7.5 TUSD more. This page did not ask for that" }).waitFor({ timeout: 30_000 });
    // It has played on: a player that begins anew counts from nothing.
    expect((await decodedBy(page)).frames).toBeGreaterThan(frames);
    await look(page, "token-bought");
    expect(await money.balance(4)).toBe(15_000_000n);
  }, 150_000);
});

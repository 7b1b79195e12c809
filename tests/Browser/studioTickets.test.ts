import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LocalChain } from "./support/chain.js";
import { Browser } from "./support/chromium.js";
import { InjectedWallet } from "./support/injectedWallet.js";
import { LiveServer } from "./support/liveServer.js";
import { faultless, surveyOf } from "./support/pageSurvey.js";
import { faintTexts, Studio } from "./support/studioPage.js";

/** Where the pages are looked at by eye, if it is set. */
const pictures = process.env["LIVELEDGER_TICKET_PICTURES"];

let chain: LocalChain;
let server: LiveServer;
let browser: Browser;

beforeAll(async () => {
  [chain, browser] = await Promise.all([LocalChain.start(), Browser.open()]);
  server = await LiveServer.start(chain.settings(2));
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await chain?.stop();
});

async function look({ page }: Studio, name: string): Promise<void> {
  for (const [width, colorScheme] of [[1280, "light"], [1280, "dark"], [360, "light"], [360, "dark"]] as const) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    if (pictures) await page.screenshot({ path: `${pictures}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    expect(await surveyOf(page)).toEqual(faultless);
    expect(await faintTexts(page)).toEqual([]);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

describe("A broadcaster with a wallet", () => {
  it("links it, gets the broadcast's token, opens a sale and cancels it, all in the Studio", async () => {
    const studio = await Studio.open(server, browser, "night-owl");
    const { page } = studio;
    const wallet = await InjectedWallet.into(page, chain, 1);
    await page.reload();
    await studio.signIn();
    const id = await studio.create("A night with tickets");
    await studio.certify(id);
    await page.click("#chain-show");
    await studio.untilSaid("#chain", "The broadcast has no token yet");
    await page.getByRole("button", { name: "Connect wallet" }).click();
    await page.click("#chain-register");
    await studio.untilSaid("#chain", new RegExp(`The broadcast’s token is with ${chain.account(1)}`, "i"), 40);
    expect(wallet.sent).toEqual([]);

    await page.click("#sale-open");
    await studio.untilSaid("#chain", "The price is a number like 0.001");
    await page.fill("#sale-price", "0.002");
    await page.fill("#sale-supply", "50");
    const at = (hours: number): string => new Date(Date.now() + 3_600_000 * hours).toISOString().slice(0, 16);
    await page.fill("#sale-starts", at(1));
    await page.fill("#sale-ends", at(4));
    wallet.chainId = 5;
    await page.click("#sale-open");
    await studio.untilSaid("#chain", /Sale 1: 0\.002 coins\s+open\s+0 of 50 sold/i, 40);
    // The wallet was on another chain, and was asked to change it.
    expect(wallet.chainId).toBe(31337);
    expect(wallet.sent.map(({ to, value }) => [to.toLowerCase(), value])).toEqual([[chain.contracts.tickets.toLowerCase(), "0x0"]]);
    await look(studio, "studio-sale");

    wallet.refuses.add("eth_sendTransaction");
    await page.getByRole("button", { name: "Cancel sale 1, and refund" }).click();
    await page.click("#dialog-yes");
    await studio.untilSaid("#chain", "You said no in your wallet");
    wallet.refuses.clear();
    await page.getByRole("button", { name: "Cancel sale 1, and refund" }).click();
    await page.click("#dialog-yes");
    await studio.untilSaid("#chain", /Sale 1: 0\.002 coins\s+refunding/i, 40);
    // What Chromium says of the question for a token that was not there yet is no fault of the page.
    expect(studio.complaints.filter((text) => !text.includes("status of 404"))).toEqual([]);
  }, 150_000);
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LocalChain } from "./support/chain.js";
import { Browser } from "./support/chromium.js";
import { SigningKey } from "./support/cose.js";
import { InjectedWallet } from "./support/injectedWallet.js";
import { LiveBroadcast, LiveServer } from "./support/liveServer.js";
import { faultless, surveyOf } from "./support/pageSurvey.js";
import { faintTexts, Studio } from "./support/studioPage.js";
import { giveToken, passTokenOn } from "./support/ticketSale.js";
import { until } from "./support/until.js";

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

describe("A broadcaster to whose wallet a broadcast was passed", () => {
  it("takes it over in the Studio, with a key of its own and no other, and has it from then on", async () => {
    const broadcast = await LiveBroadcast.create(server, "cbcs", "A night that is sold", undefined, undefined, "not-started");
    await giveToken(chain, broadcast);
    const studio = await Studio.open(server, browser, "new-owl");
    const { page } = studio;
    const wallet = await InjectedWallet.into(page, chain, 5);
    await page.reload();
    await studio.signIn();
    const identity = new SigningKey(crypto.getRandomValues(new Uint8Array(32)));
    const says = (text: string | RegExp) => studio.untilSaid("#take-over-card", text, 40);

    await page.getByText("Its token on a chain is in your wallet").click();
    await page.getByRole("button", { name: "Connect wallet" }).click();
    await says(new RegExp(`Your wallet: ${chain.account(5)}`, "i"));
    await page.click("#take-over");
    await says("This names no broadcast");
    await page.fill("#take-broadcast", `${server.url}/watch/${broadcast.id}#identity=${broadcast.identity.text}`);
    await page.fill("#take-identity", identity.text.slice(1));
    await page.click("#take-over");
    await says("This is no identity key");
    await look(studio, "studio-take-over");
    await page.fill("#take-identity", identity.text);
    await page.click("#take-over");
    await says(new RegExp(`The token of this broadcast is with ${chain.account(1)}: connect that wallet, or have it passed on`, "i"));

    await passTokenOn(chain, broadcast, 1, 5);
    await until("the platform sees it", 20, async () => ((await broadcast.asked<{ owner: string }>("GET", "token")).owner.toLowerCase() === chain.account(5).toLowerCase()));
    // A server that has the wallet name another key, by which it could broadcast in the new owner's place.
    await page.route("**/token/hand-over", async (route) => {
      const answer = (await (await route.fetch()).json()) as { data: string };
      await route.fulfill({ json: { ...answer, data: answer.data.slice(0, -64) + "ab".repeat(32) } });
    });
    await page.click("#take-over");
    await says("the server asks your wallet for something else than this page shows");
    expect(wallet.sent).toEqual([]);
    await page.unroute("**/token/hand-over");

    await page.click("#take-over");
    await page.getByRole("heading", { level: 1, name: "A night that is sold" }).waitFor({ timeout: 40_000 });
    expect(wallet.sent.map(({ to, value }) => [to.toLowerCase(), value])).toEqual([[chain.contracts.ownership.toLowerCase(), "0x0"]]);
    await expect(broadcast.asked("GET", "status")).rejects.toThrow("broadcast-unknown");
    await studio.certify(broadcast.id, identity);
    expect(studio.complaints.filter((text) => !text.includes("status of 404"))).toEqual([]);
  }, 150_000);
});

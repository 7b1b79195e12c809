import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRecordFile, type RecordFile } from "../../src/player/src/verify/segmentRecord.js";
import { AdmittedPeer, bytesAt } from "./support/admittedPeer.js";
import { Browser } from "./support/chromium.js";
import { signedTwice } from "./support/equivocation.js";
import { LiveBroadcast, LiveServer } from "./support/liveServer.js";
import { faultless, surveyOf } from "./support/pageSurvey.js";
import { faintTexts, Studio } from "./support/studioPage.js";
import { until } from "./support/until.js";
import { untilPlaying, untilState } from "./support/watchPage.js";

interface Standing {
  readonly peer: string;
  readonly score: number;
  readonly band: string;
  readonly receipts: number;
  readonly receivers: number;
  readonly convicted: boolean;
  readonly banned: boolean;
}

const segments = 6;
/** Where the pages are looked at by eye, if it is set. */
const pictures = process.env["LIVELEDGER_STUDIO_PICTURES"];

let server: LiveServer;
let browser: Browser;
let broadcast: LiveBroadcast;
let giver: AdmittedPeer;
let liar: AdmittedPeer;
let studio: Studio;
let viewer: Page;

beforeAll(async () => {
  [server, browser] = await Promise.all([LiveServer.start(), Browser.open()]);
  broadcast = await LiveBroadcast.create(server, "cbcs", "Those who share");
  broadcast.publish();
  await broadcast.untilSegments(segments);
  viewer = await browser.page();
  await viewer.goto(broadcast.watchUrl(server.url, await broadcast.ticket()));
  await untilState(viewer, "live", 40);
  const { token } = await server.ask<{ token: string }>("POST", "/v1/tokens", server.operatorToken, { subject: "browser-tests", role: "broadcaster", lifetimeSeconds: 3600 });
  studio = await Studio.openAs(server, browser, token);
  await studio.signIn();
  await open(studio);
}, 180_000);
afterAll(async () => {
  await broadcast?.stopPublishing();
  await browser?.close();
  await server?.stop();
});

async function open({ page }: Studio): Promise<void> {
  await page.goto(`${server.url}/studio#/broadcast/${broadcast.id}`);
  await page.getByRole("heading", { level: 1, name: "Those who share" }).waitFor();
}

async function standings(): Promise<Standing[]> {
  return (await server.ask<{ items: Standing[] }>("GET", `/v1/broadcasts/${broadcast.id}/standings`, server.operatorToken)).items;
}

async function bring(proof: Uint8Array<ArrayBuffer>): Promise<void> {
  const answer = await fetch(`${server.url}/v1/fraud-proofs`, { method: "POST", body: proof, headers: { "Content-Type": "application/vnd.liveledger.fraud-proof+cbor" } });
  expect(answer.status).toBe(201);
}

const rowOf = (page: Page, peer: string) => page.locator("#standings tbody tr", { has: page.locator(`code[title="${peer}"]`) });
const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.id ?? "");

async function untilRow(page: Page, peer: string, says: RegExp): Promise<void> {
  await until(`${String(says)} of ${peer}`, 20, async () => says.test((await rowOf(page, peer).allInnerTexts()).join()));
}

// A look may draw the row before the question that changed it is closed.
async function untilFocused(page: Page, label: string): Promise<void> {
  await until(`the focus on ${label}`, 10, async () => (await focused(page)) === label);
}

async function look(page: Page, name: string, faults = surveyOf): Promise<void> {
  for (const [width, colorScheme] of [[1280, "light"], [1280, "dark"], [360, "light"], [360, "dark"]] as const) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    expect(await faults(page)).toEqual(faultless);
    expect(await faintTexts(page)).toEqual([]);
    if (pictures) await page.screenshot({ path: `${pictures}/${name}-${width}-${colorScheme}.png`, fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

describe("How peers stand", () => {
  it("is shown to the broadcaster with band and score, as it is counted, and by a table that a screen reader can read", async () => {
    const { page } = studio;
    await studio.untilSaid("#standings", "Nothing is counted yet");
    const [one, two] = [await AdmittedPeer.of(server, broadcast), await AdmittedPeer.of(server, broadcast)];
    [giver, liar] = [await AdmittedPeer.of(server, broadcast), await AdmittedPeer.of(server, broadcast)];
    const published = await Promise.all(Array.from({ length: segments }, async (_, n) => (await parseRecordFile(await bytesAt(`${server.url}/live/${broadcast.id}/0/${n}.record`))) as RecordFile));
    await giver.file([await one.receipt(giver, published), await two.receipt(giver, published)]);
    const counted = await until("both receipts are counted", 10, async () => (await standings()).find(({ peer, receipts }) => peer === giver.name && receipts === 2));
    expect([counted.receivers, counted.score > 0]).toEqual([2, true]);

    await untilRow(page, giver.name, /2 receipts of 2 viewers/);
    const { band, score } = (await standings()).find(({ peer }) => peer === giver.name) as Standing;
    await untilRow(page, giver.name, new RegExp(`${band}, ${score}\\b`, "i"));
    await bring(await liar.lie(await bytesAt(`${server.url}/live/${broadcast.id}/0/0.record`)));
    await untilRow(page, liar.name, /Out, 0\b.*1 proof of fraud/s);
    await studio.untilSaid("#standings-count", /4 peers, 1 out/);
    // Whoever is out is the first.
    expect(await page.locator("#standings tbody code").first().getAttribute("title")).toBe(liar.name);

    const table = page.getByRole("region", { name: "Standing of peers" }).getByRole("table", { name: "Standing of peers" });
    expect(await table.getByRole("columnheader").allTextContents()).toEqual(["Peer", "Standing", "Sent to others", "Because", "Actions"]);
    expect(await table.getByRole("rowheader").count()).toBe(4);
    await look(page, "standings");
  });

  it("is changed by the broadcaster with the keyboard alone, and a proof is not the broadcaster's to pardon", async () => {
    const { page } = studio;
    const name = giver.name.slice(0, 10);
    expect(await rowOf(page, liar.name).getByRole("button").count()).toBe(0);
    expect(await rowOf(page, liar.name).innerText()).toContain("An operator may pardon");
    await page.locator("#standings-title").focus();
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe(`Ban ${name}`);
    await page.keyboard.press("Enter");
    expect(await focused(page)).toBe("dialog-input");
    await page.keyboard.press("Enter");
    await studio.untilSaid("#dialog", "A ban has a reason");
    await page.keyboard.type("answers nobody");
    await page.keyboard.press("Enter");
    await untilRow(page, giver.name, /Out, 0\b.*banned by hand/s);
    await untilFocused(page, `Let ${name} in again`);
    const { items } = await server.ask<{ items: { peer: string; reason: string }[] }>("GET", `/v1/broadcasts/${broadcast.id}/bans`, studio.token);
    expect(items).toMatchObject([{ peer: giver.name, reason: "answers nobody" }]);
    await page.keyboard.press("Enter");
    await untilRow(page, giver.name, /(New|Known), \d+\s+[\d.]+ [kM]B\s+2 receipts of 2 viewers/);
    await untilFocused(page, `Ban ${name}`);
    // What Chromium says of the one answer that was a refusal is no fault of the page.
    expect(studio.complaints.filter((text) => !text.includes("status of 400"))).toEqual([]);
  });

  it("is pardoned by an operator with a reason, who sees of a broadcast what is an operator's", async () => {
    const operators = await Studio.openAs(server, browser, server.operatorToken);
    const { page } = operators;
    await operators.signIn("All broadcasts");
    expect(await page.locator("#new-broadcast").count()).toBe(0);
    await page.getByRole("link", { name: "Those who share" }).click();
    await untilRow(page, liar.name, /Out, 0\b/);
    expect(await page.locator("section.card h2").allInnerTexts()).toEqual(["Now", "Sharing between viewers", "Standing of peers"]);
    await operators.untilSaid("#seen", "As of");
    await page.getByRole("button", { name: `Pardon ${liar.name.slice(0, 10)}` }).click();
    await page.click("#dialog-yes");
    await operators.untilSaid("#dialog", "A pardon has a reason");
    expect((await standings()).find(({ peer }) => peer === liar.name)?.convicted).toBe(true);
    await look(page, "pardon");
    await page.fill("#dialog-input", "their disk was replaced");
    await page.keyboard.press("Enter");
    await untilRow(page, liar.name, /New, 0\b.*1 proof of fraud, pardoned/s);
    await untilFocused(page, `Ban ${liar.name.slice(0, 10)}`);
    const { items } = await server.ask<{ items: unknown[] }>("GET", `/v1/broadcasts/${broadcast.id}/convictions`, server.operatorToken);
    expect(items).toMatchObject([{ peer: liar.name, pardonReason: "their disk was replaced" }]);
    expect(operators.complaints.filter((text) => !text.includes("status of 400"))).toEqual([]);
    await page.close();
  });
});

describe("A publisher that signed a segment twice", () => {
  it("is an alarm in the Studio, and on the page of who watches and of who comes after", async () => {
    await untilPlaying(viewer, 40);
    await studio.page.bringToFront();
    for (const page of [viewer, studio.page]) expect(await page.locator("#publisher-alarm").isVisible()).toBe(false);

    await bring(await signedTwice(server, broadcast, "0", 1));
    await studio.untilSaid("#publisher-alarm", "Two versions of 1 segment of this broadcast were signed (0, segment 1)");
    expect(await studio.page.getByRole("alert").filter({ hasText: "Two versions" }).count()).toBe(1);
    await look(studio.page, "alarm");

    const later = await browser.page();
    await later.goto(broadcast.watchUrl(server.url, await broadcast.ticket()));
    const said = (page: Page) => page.getByRole("alert").filter({ hasText: /two versions .*\(0, segment 1\)/ }).isVisible();
    await until("who comes after is told", 20, () => said(later));
    await untilPlaying(later, 40);
    // Its sliders are thin, and its boxes as tall as their labels: watchPage.test.ts looks at these.
    await look(later, "watch-alarm", async (page) => ({ ...(await surveyOf(page)), small: [] }));
    // Who watches asks each minute, and plays on.
    await until("who watches is told", 70, () => said(viewer));
    await untilPlaying(viewer, 40);
  }, 180_000);
});

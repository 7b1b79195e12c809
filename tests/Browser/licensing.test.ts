import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { LiveBroadcast } from "./support/liveServer.js";
import { LiveStage } from "./support/liveStage.js";
import { type Pages, sideBySide } from "./support/sideBySide.js";
import { expectBars, openStock } from "./support/stockPlayer.js";
import { sleep, until } from "./support/until.js";
import { coverText, decodedBy, statsOf, untilPlaying, untilState } from "./support/watchPage.js";

/** Seconds of a key period: a right that ends ends within it, and two seconds. */
const period = 10;

/** Seconds in which a page stops that was told to: what it finds out by itself takes a period, or a renewal, and both are longer. */
const whenTold = 8;

let stage: LiveStage;
let broadcast: LiveBroadcast;
const it = sideBySide(() => stage);

/** Where the server looks addresses up; every page here is at 127.0.0.1. */
const folder = mkdtempSync(join(tmpdir(), "liveledger-regions-"));
const regions = join(folder, "regions");

beforeAll(async () => {
  writeFileSync(regions, "127.0.0.0/8 DE\n");
  stage = await LiveStage.open("Bars by licence", period, { LIVELEDGER_REGIONS: regions });
  broadcast = stage.broadcast;
}, 180_000);

afterAll(async () => {
  await stage?.close();
  rmSync(folder, { recursive: true });
});

async function watch(pages: Pages, viewer: string): Promise<Page> {
  const page = await pages.page();
  await page.goto(broadcast.watchUrl(stage.server.url, await broadcast.viewerToken(viewer)));
  return page;
}

async function playing(pages: Pages, viewer: string): Promise<Page> {
  const page = await watch(pages, viewer);
  await untilState(page, "live", 30);
  await untilPlaying(page);
  return page;
}

/** How long a page went on after something ended its right, in seconds. */
async function stopsAfter(page: Page, end: () => Promise<void>): Promise<number> {
  const began = Date.now();
  await end();
  await until("the page stops", period + 10, async () => (await statsOf(page)).state === "refused");
  expect((await decodedBy(page)).frames).toBe(0);
  return (Date.now() - began) / 1000;
}

describe.concurrent("A stock player, which hears of nothing", () => {
  it("has no keys for what is broadcast a period and two seconds after its right was revoked", async ({ pages, proxy }) => {
    const entitlement = await broadcast.entitle("unaware");
    const page = await openStock(pages, proxy.url, "hls.js", broadcast.id, await broadcast.viewerToken("unaware"));
    await expectBars(page, 4, 30);
    const edge = await liveEdge(page);
    await broadcast.revoke(entitlement);
    // Long enough to play what it has keys for, and more.
    let last = (await decodedBy(page)).time;
    for (const end = Date.now() + 1000 * (2 * period + 12); Date.now() < end; await sleep(500)) last = (await decodedBy(page)).time;
    await sleep(2000);
    expect((await decodedBy(page)).time).toBeLessThan(last + 0.5);
    expect(last).toBeLessThan(edge + period + 2);
  });
});

describe.concurrent("A page that plays", () => {
  it("stops when its right is revoked, at once and not at its next renewal, and says so", async ({ pages }) => {
    const entitlement = await broadcast.entitle("revoked");
    const page = await playing(pages, "revoked");
    expect(await stopsAfter(page, () => broadcast.revoke(entitlement))).toBeLessThan(whenTold);
    expect(await coverText(page)).toContain("Your ticket was withdrawn");
    await page.getByRole("button", { name: "Try again" }).click();
    await untilState(page, "refused", 20);
    expect(await coverText(page)).toContain("Your ticket was withdrawn");
  });

  it("is one of as many as the offer allows: the next one is refused, and let in when one has gone", async ({ pages }) => {
    const offer = await broadcast.offer({ name: "Two screens", playbacks: { max: 2, mode: "refuse-new" } });
    await broadcast.entitle("two-screens", offer);
    const [first] = [await playing(pages, "two-screens"), await playing(pages, "two-screens")];
    const third = await watch(pages, "two-screens");
    await untilState(third, "refused", 30);
    expect(await coverText(third)).toContain("in use elsewhere");
    // A page that goes away frees its place by itself.
    await first.goto("about:blank");
    await until("the third is let in", 20, async () => {
      if ((await statsOf(third)).state === "refused") await third.getByRole("button", { name: "Try again" }).click();
      await sleep(2000);
      return (await decodedBy(third)).frames > 5;
    });
  });

  it("gives way where the offer drops the oldest, and says where it went", async ({ pages }) => {
    const offer = await broadcast.offer({ name: "Two screens", playbacks: { max: 2, mode: "drop-oldest" } });
    await broadcast.entitle("moving", offer);
    const oldest = await playing(pages, "moving");
    const second = await playing(pages, "moving");
    expect(await stopsAfter(oldest, async () => void (await playing(pages, "moving")))).toBeLessThan(period + 2 + 10);
    expect(await coverText(oldest)).toContain("Playing on another screen");
    expect((await statsOf(second)).state).toBe("live");
  });

  it("plays where the offer wants requests that cannot be replayed and devices that are known, which a stock player's are not", async ({ pages, proxy }) => {
    const offer = await broadcast.offer({ name: "Strict", devices: 1, replayProtection: true });
    await broadcast.entitle("strict", offer);
    const page = await playing(pages, "strict");
    await expectBars(page, 2, 20);
    const stock = await openStock(pages, proxy.url, "hls.js", broadcast.id, await broadcast.viewerToken("strict"));
    await sleep(4000);
    expect((await decodedBy(stock)).frames).toBeLessThan(5);
  });
});

describe.concurrent("A page whose ticket does not open the broadcast", () => {
  it("says why, in words: where it is, which devices, when", async ({ pages }) => {
    const viewers = {
      "in-austria": [{ regions: { allowed: ["AT"] } }, "Not available where you are"],
      "third-device": [{ devices: 1 }, "Too many devices"],
      "too-late": [{ viewing: { until: inSeconds(-1) } }, "Your ticket has expired"],
      "too-early": [{ viewing: { from: inSeconds(3600) } }, "It is too early"],
    } as const;
    for (const [viewer, [terms]] of Object.entries(viewers)) await broadcast.entitle(viewer, await broadcast.offer(terms));
    await playElsewhere("third-device");
    const opened = await Promise.all(Object.keys(viewers).map(async (viewer) => [viewer, await watch(pages, viewer)] as const));
    for (const [viewer, page] of opened) {
      await untilState(page, "refused", 30);
      expect(await coverText(page), viewer).toContain(viewers[viewer as keyof typeof viewers][1]);
    }
  });

  it("waits where the broadcast has not started, and says so", async ({ pages }) => {
    const later = await LiveBroadcast.create(stage.server, "cbcs", "Later tonight", period, undefined, "not-started");
    await later.entitle("early");
    const page = await pages.page();
    await page.goto(later.watchUrl(stage.server.url, await later.viewerToken("early")));
    await untilState(page, "waiting");
    expect(await coverText(page)).toContain("The broadcast has not started yet");
  });

  it("stops as its time is over, or its region is not served any more, and says which", async ({ pages }) => {
    await broadcast.entitle("moved", await broadcast.offer({ regions: { allowed: ["DE"] } }));
    const moved = await playing(pages, "moved");
    const until = inSeconds(30);
    await broadcast.entitle("ending", await broadcast.offer({ viewing: { until } }));
    const ending = await playing(pages, "ending");
    expect(Date.now()).toBeLessThan(Date.parse(until));
    expect(await stopsAfter(ending, () => sleep(Date.parse(until) - Date.now()))).toBeLessThan(30 + 2);
    expect(Date.now()).toBeGreaterThan(Date.parse(until));
    expect(await coverText(ending)).toContain("Your ticket has expired");
    expect((await statsOf(moved)).state).toBe("live");
    // The file is read again within ten seconds; then the page is told.
    expect(await stopsAfter(moved, async () => writeFileSync(regions, "127.0.0.0/8 CH\n"))).toBeLessThan(10 + 5);
    expect(await coverText(moved)).toContain("Not available where you are");
  }, 150_000);
});

describe.concurrent("What was decided on a ticket", () => {
  it("is shown where the ledger has it, a licence and then a no, with a way to check it", async ({ pages }) => {
    const entitlement = await broadcast.entitle("proof");
    const page = await playing(pages, "proof");
    const rows = page.locator("#decisions-list li");
    await page.getByText("Proof of your licence").click();
    await until("the licence's place in the ledger", 20, async () => (await rows.locator("a").count()) > 0);
    expect(await rows.last().innerText()).toMatch(/^Licence given at .*: entry [\d,]+\n/);

    await broadcast.revoke(entitlement);
    await untilState(page, "refused", period);
    await page.getByText("Proof of this refusal").waitFor();
    await until("the refusal's place in the ledger", 20, async () => (await rows.first().locator("a").count()) > 0);
    const [shown = "", event = ""] = (await rows.first().innerText()).split("\n");
    expect(shown).toMatch(/^Refused at .*: entry [\d,]+$/);

    const [audit] = await Promise.all([page.waitForEvent("popup"), rows.first().locator("a").click()]);
    await audit.getByText(event, { exact: true }).waitFor({ timeout: 20_000 });
    expect(await audit.locator("#entry").innerText()).toContain("licence-refused");
    await audit.close();
  });
});

describe("A broadcast that is taken down", () => {
  it("stops in every page within seconds, says so, and is not there for who comes later", async ({ pages }) => {
    await broadcast.entitle("last");
    const page = await playing(pages, "last");
    expect(await stopsAfter(page, () => broadcast.takeDown())).toBeLessThan(whenTold);
    expect(await coverText(page)).toContain("This broadcast was withdrawn");
    const late = await watch(pages, "last");
    await untilState(late, "refused", 20);
    expect(await coverText(late)).toContain("This broadcast was withdrawn");
  });
});

function inSeconds(seconds: number): string {
  return new Date(Date.now() + 1000 * seconds).toISOString();
}

/** Somebody's ticket is played on a device that is no browser here. */
async function playElsewhere(viewer: string): Promise<void> {
  const playlist = await (await fetch(`${stage.server.url}/live/${broadcast.id}/0/media.m3u8`)).text();
  const kid = Buffer.from(/KEYID=0x([0-9a-f]{32})/.exec(playlist)?.[1] ?? "", "hex").toString("base64url");
  const name = () => Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url");
  await stage.server.ask("POST", "/v1/licences", await broadcast.viewerToken(viewer), { kids: [kid], type: "temporary", playback: name(), nonce: 0, device: name() });
}

/** Where the media has come to, in seconds on the players' timeline: the end of the newest segment. */
async function liveEdge(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const video = document.querySelector("video") as HTMLVideoElement;
    // hls.js counts media time from the first segment it listed, so the edge is told by the seekable range.
    return video.seekable.length > 0 ? video.seekable.end(video.seekable.length - 1) : video.currentTime;
  });
}

import { afterAll, beforeAll, describe, expect } from "vitest";
import { resembling, distanceFromBars } from "./support/bars.js";
import { Browser } from "./support/chromium.js";
import { LiveBroadcast, LiveServer } from "./support/liveServer.js";
import { type Own, type Pages, sideBySide } from "./support/sideBySide.js";
import { errorsOf, expectBars, nearestToBars, openStock, type StockPlayer, stockPlayers } from "./support/stockPlayer.js";
import { sleep, until } from "./support/until.js";
import { coverText, decodedBy, statsOf, untilState } from "./support/watchPage.js";

// One server, one broadcast in each scheme, from live to ended: the order of these groups is the order of a broadcast's life.
const schemes = ["cbcs", "cenc"] as const;
const players = Object.keys(stockPlayers) as StockPlayer[];
let server: LiveServer;
let browser: Browser;
const broadcasts = {} as Record<(typeof schemes)[number], LiveBroadcast>;
const it = sideBySide(() => ({ browser, server }));

beforeAll(async () => {
  [server, browser] = await Promise.all([LiveServer.start(), Browser.open()]);
  for (const scheme of schemes) {
    broadcasts[scheme] = await LiveBroadcast.create(server, scheme, `Bars in ${scheme}`);
    broadcasts[scheme].publish();
  }
  await Promise.all(schemes.map((scheme) => broadcasts[scheme].untilSegments(5)));
}, 180_000);
afterAll(async () => {
  await Promise.all(Object.values(broadcasts).map((broadcast) => broadcast.stopPublishing()));
  await browser?.close();
  await server?.stop();
});

async function watchFor(pages: Pages, scheme: (typeof schemes)[number], seconds: number, state: "live" | "recording"): Promise<void> {
  const page = await pages.page();
  await page.goto(broadcasts[scheme].watchUrl(server.url, await broadcasts[scheme].ticket()));
  await untilState(page, state, 30);
  await expectBars(page, seconds, 20);
  const { verified, appended, failures, identity, trust } = await statsOf(page);
  expect(failures).toEqual([]);
  expect(appended.length).toBeGreaterThan(seconds / 2);
  expect(verified).toBeGreaterThanOrEqual(appended.length);
  expect(await page.locator("h1").innerText()).toBe(`Bars in ${scheme}`);
  expect({ identity, trust }).toEqual({ identity: broadcasts[scheme].identity.text, trust: "pinned" });
}

async function stockPlays({ pages, proxy }: Own, player: StockPlayer, scheme: (typeof schemes)[number], seconds: number): Promise<void> {
  const page = await openStock(pages, proxy.url, player, broadcasts[scheme].id, await broadcasts[scheme].ticket());
  await expectBars(page, seconds, 30);
}

describe.concurrent("While live", () => {
  it.for(schemes)("the Watch page plays 20 s of %s, picture and sound, all verified", (scheme, { pages }) => watchFor(pages, scheme, 20, "live"));

  it("a withdrawn entitlement ends an open playback at its next renewal; a server away does not", async ({ pages, proxy }) => {
    const viewer = "withdrawn";
    const entitlement = await broadcasts.cbcs.entitle(viewer);
    const page = await pages.page();
    await page.goto(broadcasts.cbcs.watchUrl(proxy.url, await broadcasts.cbcs.viewerToken(viewer)));
    await untilState(page, "live", 20);
    await expectBars(page, 2, 20);
    proxy.change = (path) => (path === "/v1/licences" || path.startsWith("/v1/playbacks/") ? { status: 503, body: "" } : undefined);
    await until("an unanswered renewal", 45, async () => (await statsOf(page)).renewals.unanswered > 0);
    expect((await statsOf(page)).playing).toBe(true);
    await broadcasts.cbcs.revoke(entitlement);
    proxy.change = () => undefined;
    await untilState(page, "refused", 20);
    expect((await decodedBy(page)).frames).toBe(0);
  }, 120_000);

  describe.each(players)("%s", (player) => {
    it.for(schemes)("plays %s with a licence", (scheme, { pages, proxy }) => stockPlays({ pages, proxy }, player, scheme, 4));

    it("shows nothing of the picture without a licence", async ({ pages, proxy }) => {
      const page = await openStock(pages, proxy.url, player, broadcasts.cbcs.id, await broadcasts.cbcs.viewerToken("nobody"));
      expect(await nearestToBars(page, 4)).toBeGreaterThan(2 * resembling);
      expect((await errorsOf(page)).length).toBeGreaterThan(0);
    });

    it("shows nothing of the picture with a wrong key", async ({ pages, proxy }) => {
      let given = 0;
      proxy.change = (path, body) => {
        if (path !== "/v1/licences") return undefined;
        const licence = JSON.parse(body.toString()) as { keys: { k: string }[] };
        given += licence.keys?.length ?? 0;
        for (const key of licence.keys ?? []) key.k = Buffer.alloc(16, 0x5a).toString("base64url");
        return Buffer.from(JSON.stringify(licence));
      };
      const page = await openStock(pages, proxy.url, player, broadcasts.cenc.id, await broadcasts.cenc.ticket());
      expect(await nearestToBars(page, 5)).toBeGreaterThan(2 * resembling);
      expect(given).toBeGreaterThan(0);
    });
  });

  it("the Watch page says that a viewer was not granted the broadcast", async ({ pages }) => {
    const page = await pages.page();
    await page.goto(broadcasts.cbcs.watchUrl(server.url, await broadcasts.cbcs.viewerToken("nobody")));
    await untilState(page, "refused", 20);
    expect(await coverText(page)).toContain("not granted, or was withdrawn");
    expect(await page.getByRole("button", { name: "Try again" }).isVisible()).toBe(true);
  });

  it("the Watch page waits while the server takes no new viewers, as long as it is told, then plays", async ({ pages, proxy }) => {
    const page = await pages.page();
    proxy.change = (path) =>
      path === "/v1/licences" ? { status: 503, headers: { "Retry-After": "10" }, body: '{"code":"ledger-unavailable"}' } : undefined;
    await page.goto(broadcasts.cbcs.watchUrl(proxy.url, await broadcasts.cbcs.ticket()));
    await untilState(page, "busy", 20);
    const asked = () => proxy.asked.filter((path) => path === "/v1/licences").length;
    const first = asked();
    await sleep(2000);
    expect(asked()).toBe(first);
    proxy.change = () => undefined;
    await untilState(page, "live", 30);
    await expectBars(page, 2, 20);
  });
});

describe("As it ends", () => {
  it("a viewer who watches as the broadcast ends sees its end, and can start over", async ({ pages }) => {
    const page = await pages.page();
    await page.goto(broadcasts.cenc.watchUrl(server.url, await broadcasts.cenc.ticket()));
    await untilState(page, "live", 20);
    await expectBars(page, 2, 20);
    await broadcasts.cenc.end();
    await untilState(page, "recording", 30);
    await until("the end", 40, async () => (await decodedBy(page)).ended);
    await page.evaluate(() => {
      const video = document.querySelector("video") as HTMLVideoElement;
      video.currentTime = 1;
      void video.play();
    });
    await until("the start again", 20, async () => {
      const { time } = await decodedBy(page);
      return time > 2 && time < 15;
    });
    expect(await distanceFromBars(page)).toBeLessThan(resembling);
    expect((await statsOf(page)).failures).toEqual([]);
  }, 150_000);
});

describe.concurrent("After the end", () => {
  beforeAll(() => Promise.all(schemes.map((scheme) => broadcasts[scheme].end())));

  it.for(schemes)("the Watch page plays 20 s of %s from the start", (scheme, { pages }) => watchFor(pages, scheme, 20, "recording"));

  // Shaka Player, HLS: keyPeriods.test.ts says why not.
  describe.each(["hls.js", "Shaka Player, DASH", "dash.js"] as const)("%s", (player) => {
    it.for(schemes)("plays %s with a licence", (scheme, { pages, proxy }) => stockPlays({ pages, proxy }, player, scheme, 4));
  });
});

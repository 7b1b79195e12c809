import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "./support/chromium.js";
import { LiveBroadcast, LiveServer } from "./support/liveServer.js";
import { Proxy } from "./support/proxy.js";
import { expectBars, openStock, type StockPlayer, stockPlayers } from "./support/stockPlayer.js";
import { statsOf, untilState } from "./support/watchPage.js";

let server: LiveServer;
let proxy: Proxy;
let browser: Browser;
let broadcast: LiveBroadcast;

beforeAll(async () => {
  [server, browser] = await Promise.all([LiveServer.start({ LIVELEDGER_DRM: "widevine,playready,fairplay" }), Browser.open()]);
  proxy = await Proxy.start(server.url);
  broadcast = await LiveBroadcast.create(server, "cbcs", "Bars for every DRM", 10);
  broadcast.publish();
  await broadcast.untilSegments(5);
}, 180_000);

afterAll(async () => {
  await broadcast?.stopPublishing();
  await browser?.close();
  await proxy?.stop();
  await server?.stop();
});

describe("Manifests that name Widevine, PlayReady and FairPlay too", () => {
  it("name them", async () => {
    const hls = await (await fetch(`${server.url}/live/${broadcast.id}/0/media.m3u8`)).text();
    for (const format of ["org.w3.clearkey", "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed", "com.microsoft.playready", "com.apple.streamingkeydelivery"]) {
      expect(hls).toContain(`KEYFORMAT="${format}"`);
    }
    const dash = await (await fetch(`${server.url}/live/${broadcast.id}/manifest.mpd`)).text();
    expect(dash).toContain("<mspr:pro ");
  });

  // A browser without those systems, as ours is, and an application that gives a licence address for ClearKey alone. 16 s are a change of key and more.
  it("are played with ClearKey by stock players and ours, through a change of keys", async () => {
    const players = Object.keys(stockPlayers) as StockPlayer[];
    const pages: Page[] = [];
    for (const player of players) pages.push(await openStock(browser, proxy.url, player, broadcast.id, await broadcast.ticket()));
    const ours = await browser.page();
    await ours.goto(broadcast.watchUrl(server.url, await broadcast.ticket()));
    pages.push(ours);
    await untilState(ours, "live", 30);
    const results = await Promise.allSettled(pages.map((page) => expectBars(page, 16, 40)));
    const failed = results.map((result, i) => (result.status === "rejected" ? `${players[i] ?? "ours"}: ${String(result.reason)}` : "")).filter(Boolean);
    expect(failed).toEqual([]);
    expect((await statsOf(ours)).failures).toEqual([]);
  }, 120_000);
});

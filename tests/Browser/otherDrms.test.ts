import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LiveBroadcast } from "./support/liveServer.js";
import { LiveStage } from "./support/liveStage.js";
import { expectBars, openStock, type StockPlayer, stockPlayers } from "./support/stockPlayer.js";
import { statsOf, untilState } from "./support/watchPage.js";

let stage: LiveStage;
let broadcast: LiveBroadcast;

beforeAll(async () => {
  stage = await LiveStage.open("Bars for every DRM", 10, { LIVELEDGER_DRM: "widevine,playready,fairplay" });
  broadcast = stage.broadcast;
}, 180_000);

afterAll(() => stage?.close());

describe("Manifests that name Widevine, PlayReady and FairPlay too", () => {
  it("name them", async () => {
    const hls = await (await fetch(`${stage.server.url}/live/${broadcast.id}/0/media.m3u8`)).text();
    for (const format of ["org.w3.clearkey", "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed", "com.microsoft.playready", "com.apple.streamingkeydelivery"]) {
      expect(hls).toContain(`KEYFORMAT="${format}"`);
    }
    const dash = await (await fetch(`${stage.server.url}/live/${broadcast.id}/manifest.mpd`)).text();
    expect(dash).toContain("<mspr:pro ");
  });

  // A browser without those systems, as ours is, and an application that gives a licence address for ClearKey alone. 12 s of any are a change of key and more.
  it("are played with ClearKey by stock players and ours, through a change of keys", async () => {
    const players = Object.keys(stockPlayers) as StockPlayer[];
    const pages: Page[] = [];
    for (const player of players) pages.push(await openStock(stage.browser, stage.proxy.url, player, broadcast.id, await broadcast.ticket()));
    const ours = await stage.browser.page();
    await ours.goto(broadcast.watchUrl(stage.server.url, await broadcast.ticket()));
    pages.push(ours);
    await untilState(ours, "live", 30);
    const results = await Promise.allSettled(pages.map((page) => expectBars(page, 12, 40)));
    const failed = results.map((result, i) => (result.status === "rejected" ? `${players[i] ?? "ours"}: ${String(result.reason)}` : "")).filter(Boolean);
    expect(failed).toEqual([]);
    expect((await statsOf(ours)).failures).toEqual([]);
  }, 120_000);
});

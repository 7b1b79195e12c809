import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LiveBroadcast } from "./support/liveServer.js";
import { LiveStage } from "./support/liveStage.js";
import { hindrancesOf } from "./support/smoothPlay.js";
import { errorsOf, expectBars, openStock, type StockPlayer, stockPlayers } from "./support/stockPlayer.js";
import { until } from "./support/until.js";
import { decodedBy, statsOf, untilState } from "./support/watchPage.js";

/** Changes of key that each player plays through, live and again after the end. The long form: LIVELEDGER_ROTATIONS=30. */
const rotations = Number(process.env["LIVELEDGER_ROTATIONS"] ?? 2);
const seconds = 10;
const watched = rotations * seconds + 2;
const patience = 2 * 1000 * (watched + 120);

let stage: LiveStage;
let broadcast: LiveBroadcast;

beforeAll(async () => {
  stage = await LiveStage.open("Bars under many keys", seconds);
  broadcast = stage.broadcast;
}, 180_000);

afterAll(() => stage?.close());

async function openOurs(): Promise<Page> {
  const page = await stage.browser.page();
  await page.goto(broadcast.watchUrl(stage.server.url, await broadcast.ticket()));
  return page;
}

/** Every track's key ids, in the order of the playlist. */
async function listedKeys(): Promise<string[][]> {
  const { tracks } = await broadcast.status();
  return Promise.all(tracks.map(async ({ name }) => {
    const playlist = await (await fetch(`${stage.server.url}/live/${broadcast.id}/${name}/media.m3u8`)).text();
    return [...playlist.matchAll(/KEYID=0x([0-9a-f]{32})/g)].map((match) => match[1] as string);
  }));
}

// Two or three at a time: five software decoders beside an encoder take turns on two cores, and a turn too late looks like a stall.
async function playAll(players: StockPlayer[], state: "live" | "recording"): Promise<void> {
  const half = Math.ceil(players.length / 2);
  await playTogether(players.slice(0, half), state);
  await playTogether(players.slice(half), state, openOurs);
}

/** Plays stock players, and ours if it is said how to open it. */
async function playTogether(players: StockPlayer[], state: "live" | "recording", openOurs?: () => Promise<Page>): Promise<void> {
  const pages = new Map<string, Page>();
  for (const player of players) pages.set(player, await openStock(stage.browser, stage.proxy.url, player, broadcast.id, await broadcast.ticket()));
  const ours = await openOurs?.();
  if (ours) {
    pages.set("ours", ours);
    await untilState(ours, state, 30);
  }
  const failed = await hindrancesOf(pages, watched, state);
  const stats = ours && (await statsOf(ours));
  await Promise.all([...pages.values()].map((page) => page.close()));
  expect(failed).toEqual([]);
  expect(stats?.failures ?? []).toEqual([]);
  // Ours asks for the keys that are announced, and then needs no others.
  if (stats && state === "live") expect(Math.min(stats.earlyKeys.fetched, stats.earlyKeys.used)).toBeGreaterThanOrEqual(rotations);
}

describe(`Keys that change every ${seconds} s`, () => {
  it(`are played through live, ${rotations} changes of picture and sound without a stall, by stock players and ours`, () => playAll(Object.keys(stockPlayers) as StockPlayer[], "live"), patience);

  // Its sound may still be of the period before, whose last segment reaches a few milliseconds into this one.
  it("are played by pages that begin exactly at a change", async () => {
    for (let round = 0; round < 2; round++) {
      // Players begin three segments of 2 s behind the edge: with 5 k + 3 of them, that is where a period begins.
      await until("a period that began 6 s ago", 3 * seconds, async () => (await broadcast.status()).tracks.every((track) => track.segments % 5 === 3));
      const pages = await Promise.all([openOurs(), openStock(stage.browser, stage.proxy.url, "hls.js", broadcast.id, await broadcast.ticket())]);
      await Promise.all(pages.map((page) => expectBars(page, 2, 15)));
      await stage.clear();
    }
  }, patience);

  it("change for all tracks together, and name as many keys as there were periods", async () => {
    // In the middle of a period: at a change one track's segment may be in before another's.
    await until("the middle of a period", 3 * seconds, async () => (await broadcast.status()).tracks.every((track) => track.segments % 5 === 2));
    await broadcast.end();
    const keys = await listedKeys();
    expect(keys).toHaveLength(3);
    for (const track of keys) {
      expect(track.length).toBeGreaterThan(rotations);
      expect(new Set(track).size).toBe(track.length);
      expect(track).toHaveLength(keys[0]?.length ?? 0);
    }
  });

  // As it goes by the media (ignoreDrmInfo), knowing no ClearKey in a playlist, it sets up a key system of its own accord only for what is live.
  it("are not asked for by Shaka Player of an HLS playlist that has ended: it plays that broadcast by DASH", async () => {
    const page = await openStock(stage.browser, stage.proxy.url, "Shaka Player, HLS", broadcast.id, await broadcast.ticket());
    const licences = () => stage.proxy.asked.filter((path) => path === "/v1/licences").length;
    const before = licences();
    await until("its error", 30, async () => (await errorsOf(page)).some((error) => error.startsWith("6010 ")));
    expect((await decodedBy(page)).frames).toBe(0);
    expect(licences()).toBe(before);
    await page.close();
  });

  it(`are played through after the end, ${rotations} changes without a stall`, () => playAll(["hls.js", "Shaka Player, DASH", "dash.js"], "recording"), patience);
});

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LiveBroadcast } from "./support/liveServer.js";
import { LiveStage } from "./support/liveStage.js";
import { hindrancesOf } from "./support/smoothPlay.js";
import { errorsOf, openStock, type StockPlayer } from "./support/stockPlayer.js";
import { until } from "./support/until.js";
import { decodedBy, statsOf, untilState } from "./support/watchPage.js";

const seconds = 10;
const rotations = Number(process.env["LIVELEDGER_ROTATIONS"] ?? 2);
const patience = 1000 * (rotations * seconds + 120);

let stage: LiveStage;
let broadcast: LiveBroadcast;
let firstKeys: string[];
/** The ids of keys that pages have asked for. */
const asked = new Set<string>();

beforeAll(async () => {
  stage = await LiveStage.open("Bars with keys in band", seconds, {}, "in-band");
  broadcast = stage.broadcast;
  firstKeys = (await Promise.all((await broadcast.status()).tracks.map(({ name }) => listedKeys(name)))).map((keys) => keys[0] as string);
  stage.browser.context.on("request", (request) => {
    if (!request.url().endsWith("/v1/licences")) return;
    for (const kid of (request.postDataJSON() as { kids: string[] }).kids) asked.add(Buffer.from(kid, "base64url").toString("hex"));
  });
}, 180_000);

afterAll(() => stage?.close());

function playlist(track: string): Promise<string> {
  return fetch(`${stage.server.url}/live/${broadcast.id}/${track}/media.m3u8`).then((answer) => answer.text());
}

async function listedKeys(track: string): Promise<string[]> {
  return [...(await playlist(track)).matchAll(/KEYID=0x([0-9a-f]{32})/g)].map((match) => match[1] as string);
}

function open(player: StockPlayer, asking?: "by-key-id"): Promise<Page> {
  return broadcast.ticket().then((ticket) => openStock(stage.browser, stage.proxy.url, player, broadcast.id, ticket, asking && { asking }));
}

async function openOurs(): Promise<Page> {
  const page = await stage.browser.page();
  await page.goto(broadcast.watchUrl(stage.proxy.url, await broadcast.ticket()));
  return page;
}

async function playAll(players: StockPlayer[], watched: number): Promise<void> {
  const pages = new Map<string, Page>();
  for (const player of players) pages.set(player, await open(player, player === "hls.js" ? "by-key-id" : undefined));
  const ours = await openOurs();
  pages.set("ours", ours);
  await untilState(ours, "live", 30);
  const failed = await hindrancesOf(pages, watched, "live");
  const { failures } = await statsOf(ours);
  await stage.clear();
  expect(failed).toEqual([]);
  expect(failures).toEqual([]);
}

describe("Keys that fragments name (seig), the option", () => {
  // dash.js 5.2.1 takes whatever it asks ClearKey for to be JSON, as it makes it itself of a manifest's key id: a pssh of a segment is none.
  it("are not taken by dash.js, which hands a pssh on as JSON", async () => {
    const page = await open("dash.js");
    await until("its error", 30, async () => (await errorsOf(page)).includes("113 DRM: unable to create session! --Error generating key request -- TypeError"));
    expect((await decodedBy(page)).frames).toBe(0);
    expect(asked).toEqual(new Set());
    await stage.clear();
  });

  it(`are played through live by hls.js that asks by key id, Shaka Player and our page, ${rotations} changes without a stall`, async () => {
    // Far enough in that nobody begins in the first period.
    await broadcast.untilSegments(11);
    await playAll(["hls.js", "Shaka Player, HLS", "Shaka Player, DASH"], rotations * seconds + 2);
    // Whose right begins later is not asked for, although the init segment names the first period's key.
    expect(firstKeys.filter((kid) => asked.has(kid))).toEqual([]);
    const lines = (await playlist("0")).split("\n");
    expect(lines.filter((line) => line.startsWith("#EXT-X-MAP"))).toEqual(['#EXT-X-MAP:URI="init.mp4"']);
    expect(lines.filter((line) => line.startsWith("#EXT-X-KEY")).length).toBeGreaterThan(rotations);
  }, patience);

  it("are played through by Shaka Player after the end, a change without a stall", async () => {
    await broadcast.end();
    const page = await open("Shaka Player, DASH");
    expect(await hindrancesOf(new Map([["Shaka Player, DASH", page]]), seconds, "recording")).toEqual([]);
    expect(firstKeys.filter((kid) => asked.has(kid))).toEqual(firstKeys);
    await stage.clear();
  }, patience);

  // hls.js 1.7.4 takes a ClearKey pssh for the key of whatever picture it loads, without a look at the ids in it.
  it("need hls.js to ask by key id: by the media it asks for a key of sound that comes late instead of the picture's next", async () => {
    stage.proxy.delay = (path) => (/\/2\/4\.m4s$/.test(path) ? 2000 : /\/[01]\/5\.m4s$/.test(path) ? 4000 : 0);
    const [alone, told] = await Promise.all([open("hls.js"), open("hls.js", "by-key-id")]);
    await until("its error", 30, async () => (await keyErrorsOf(alone)).includes("keySystemStatusInternalError"));
    await until("the second period loaded by the other", 30, async () => (await bufferedTo(told)) > seconds + 1);
    expect(await keyErrorsOf(told)).toEqual([]);
    await stage.clear();
  }, patience);
});

async function keyErrorsOf(page: Page): Promise<string[]> {
  return (await errorsOf(page)).map((error) => error.split(" ")[0] as string).filter((details) => details.startsWith("keySystem"));
}

function bufferedTo(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { buffered } = document.querySelector("video") as HTMLVideoElement;
    return buffered.length > 0 ? buffered.end(buffered.length - 1) : 0;
  });
}

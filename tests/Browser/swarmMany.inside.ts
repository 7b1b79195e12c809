import { loadavg } from "node:os";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hadOver, offloadOf, openCrowd, percentile, shown } from "./nodePeers/crowd.js";
import { predicted } from "./nodePeers/prediction.js";
import type { LiveBroadcast, LiveServer } from "./support/liveServer.js";
import { OriginLine } from "./support/originLine.js";
import { printShares, sharesOver, shares as sharing, untilLinked, watchers } from "./support/swarmPages.js";
import { SwarmStage } from "./support/swarmStage.js";
import { sleep, until } from "./support/until.js";

// Run by swarm.test.ts in a network of its own. More viewers, and for longer: LIVELEDGER_SWARM_PEERS=60 LIVELEDGER_SWARM_SECONDS=120 ./liveledger test browser
const count = Number(process.env["LIVELEDGER_SWARM_PEERS"] ?? 30);
const seconds = Number(process.env["LIVELEDGER_SWARM_SECONDS"] ?? 15);

let stage: SwarmStage;
let server: LiveServer;
let broadcast: LiveBroadcast;
let browser: Browser;

beforeAll(async () => {
  stage = await SwarmStage.open("Bars for a crowd", { rates: ["600k", "300k"] });
  ({ server, broadcast, browser } = stage);
}, 180_000);
afterAll(() => stage?.close());

it(`${count} viewers in Node and two pages play, most of it from one another`, { timeout: 120_000 + 2000 * seconds, retry: 1 }, async () => {
  const peers = await openCrowd(server.url, broadcast, count, 5);
  try {
    await Promise.all(peers.map((peer) => peer.untilPlaying(40)));
    const started = peers.map(({ startedAfter }) => Math.round(startedAfter ?? Number.POSITIVE_INFINITY));
    const pages = await watchers({ server, broadcast }, browser, 2, sharing("on"));
    await untilLinked(pages);
    const [had, shares] = await Promise.all([hadOver(peers, seconds), sharesOver(pages, seconds)]);
    console.log(`${count} viewers in Node, ${seconds} s: ${shown(had)}; links ${peers.map(({ links }) => links).join()}; played after ${percentile(started, 50)} ms, all after ${Math.max(...started)} ms; load ${loadavg()[0]?.toFixed(1)}`);
    printShares("  two pages among them", shares);
    console.log(`  ${predicted({ peers: count + 2, bytesPerSecond: had.bytes / count / seconds, seconds })}`);
    // Nobody is left out: half of what the least rendition has in that time, at the least.
    for (const { log } of peers) expect(log.bytes).toBeGreaterThan(20_000 * seconds);
    for (const { failures, badChunks, peers: fromPeers } of shares) expect({ failures, badChunks, any: fromPeers > 0 }).toEqual({ failures: 0, badChunks: 0, any: true });
    expect(had.badChunks).toBe(0);
    expect(offloadOf(had)).toBeGreaterThan(0.5);
    expect(had.stalls.reduce((sum, stall) => sum + stall, 0)).toBeLessThan(0.01 * 1000 * seconds * count);
  } finally {
    for (const peer of peers) peer.close();
    await Promise.all(browser.contexts().map((context) => context.close()));
  }
});

it("viewers whose neighbours are ahead play on while the origin is away for ten seconds", { timeout: 150_000, retry: 1 }, async () => {
  const line = await OriginLine.start(server.url);
  // Those at the end of live have what the others need next, who watch some 18 s behind it and load 5 s ahead.
  const ahead = await openCrowd(line.url, broadcast, 6);
  await Promise.all(ahead.map((peer) => peer.untilPlaying(40)));
  await sleep(12_000);
  const peers = await openCrowd(line.url, broadcast, 4, 0, () => ({ behind: 9, mostAheadMs: 5000 }));
  try {
    await Promise.all([...ahead, ...peers].map((peer) => peer.untilPlaying(40)));
    await until("links, and segments ahead", 30, () => peers.every(({ links }) => links >= 3));
    await sleep(3000);
    line.cut();
    const had = await hadOver(peers, 10);
    line.restore();
    console.log(`4 viewers 18 s behind live, the origin away for 10 s: ${shown(had)}; load ${loadavg()[0]?.toFixed(1)}`);
    expect([had.origin, had.stalls]).toEqual([0, []]);
    expect(had.peers).toBeGreaterThan(4 * 2 * 25_000);
    const after = await hadOver([...ahead, ...peers], 4);
    expect(after.bytes).toBeGreaterThan(0);
  } finally {
    for (const peer of [...ahead, ...peers]) peer.close();
    await line.stop();
  }
});

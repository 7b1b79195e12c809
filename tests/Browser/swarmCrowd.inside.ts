import { loadavg } from "node:os";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hadOver, hadSoFar, offloadOf, openCrowd, percentile, shown } from "./nodePeers/crowd.js";
import { predicted } from "./nodePeers/prediction.js";
import { segmentsIn, tracksIn } from "./nodePeers/playlists.js";
import type { LiveBroadcast, LiveServer } from "./support/liveServer.js";
import { OriginLine } from "./support/originLine.js";
import { SwarmStage } from "./support/swarmStage.js";
import { sleep } from "./support/until.js";

// Run by swarm.test.ts in a network of its own. The whole crowd, where there are processors for it: LIVELEDGER_SWARM_PEERS=30 ./liveledger test browser
const count = Number(process.env["LIVELEDGER_SWARM_PEERS"] ?? 16);

let stage: SwarmStage;
let server: LiveServer;
let broadcast: LiveBroadcast;

beforeAll(async () => {
  stage = await SwarmStage.open("Bars for all at once", { rates: ["1800k", "300k"] });
  ({ server, broadcast } = stage);
}, 180_000);
afterAll(() => stage?.close());

/** Bytes a second of what a viewer of the best rendition plays, by its last segments. */
async function streamRate(): Promise<number> {
  const base = `${server.url}/live/${broadcast.id}`;
  const text = async (url: string) => (await fetch(url)).text();
  const { audio, video } = tracksIn(await text(`${base}/master.m3u8`), `${base}/master.m3u8`);
  let rate = 0;
  for (const list of [audio, video.at(-1) ?? ""]) {
    let [bytes, milliseconds] = [0, 0];
    for (const segment of segmentsIn(await text(list), list).segments.slice(-5)) {
      bytes += (await (await fetch(segment.url)).arrayBuffer()).byteLength;
      milliseconds += segment.milliseconds;
    }
    rate += (1000 * bytes) / milliseconds;
  }
  return rate;
}

it(`${count} viewers who come within five seconds play soon, where the origin gives three times the stream's rate and no more`, { timeout: 150_000, retry: 1 }, async () => {
  // A server and a player that have worked before: what is compiled at its first use is so by then.
  const first = await openCrowd(server.url, broadcast, 4, 0, () => ({ quality: "best" }));
  await Promise.all(first.map((peer) => peer.untilPlaying(40)));
  await sleep(4000);
  for (const peer of first) peer.close();

  const line = await OriginLine.start(server.url);
  const rate = await streamRate();
  line.rate = 3 * rate;
  const begun = performance.now();
  const peers = await openCrowd(line.url, broadcast, count, 5, () => ({ quality: "best" }));
  try {
    await Promise.all(peers.map((peer) => peer.untilPlaying(60)));
    const started = peers.map(({ startedAfter }) => Math.round(startedAfter ?? Number.POSITIVE_INFINITY));
    // From the origin alone the last of them would have their first segment when as many of two seconds each have come through.
    const alone = Math.round((1000 * 2 * count) / 3);
    console.log(`${count} viewers in 5 s at 3 times ${((8 * rate) / 1e6).toFixed(2)} Mb/s: play after ${percentile(started, 50)} ms, all after ${Math.max(...started)} ms (by HTTP alone ${alone} ms); load ${loadavg()[0]?.toFixed(1)}`);
    const beginning = hadSoFar(peers);
    await sleep(6000);
    const after = await hadOver(peers, 8);
    const minutes = (count * (performance.now() - begun)) / 60_000;
    console.log(`  until all played: ${shown(beginning)}`);
    console.log(`  8 s, from 6 s after the last began: ${shown(after)}; ${Math.round(line.asked.length / minutes)} requests of the origin a viewer-minute, start included; ${((100 * line.bytes) / (3 * rate * ((performance.now() - begun) / 1000))).toFixed(0)} % of the line used`);
    console.log(`  ${predicted({ peers: count, bytesPerSecond: rate, seconds: 8, originRate: 3 * rate })}`);
    expect(percentile(started, 50)).toBeLessThanOrEqual(8000);
    expect(Math.max(...started)).toBeLessThanOrEqual(16_000);
    expect(after.badChunks).toBe(0);
    expect(offloadOf(after)).toBeGreaterThan(0.6);
    expect(after.stalls.reduce((sum, stall) => sum + stall, 0)).toBeLessThan(0.02 * 8000 * count);
  } finally {
    for (const peer of peers) peer.close();
    await line.stop();
  }
});

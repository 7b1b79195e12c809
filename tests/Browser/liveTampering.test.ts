import { afterAll, beforeAll, describe, expect } from "vitest";
import { Browser } from "./support/chromium.js";
import { leavesOf, SigningKey } from "./support/cose.js";
import { flipped } from "./support/flipped.js";
import { LiveBroadcast, LiveServer } from "./support/liveServer.js";
import { type Own, sideBySide } from "./support/sideBySide.js";
import { until } from "./support/until.js";
import { decodedBy, statsOf, untilState } from "./support/watchPage.js";

// The real server's bytes, changed on their way by a proxy of each test's: what a browser has cached from one origin says nothing about
// another. Two epochs: the publisher was restarted.
let server: LiveServer;
let browser: Browser;
let broadcast: LiveBroadcast;
let other: LiveBroadcast;
/** Video tracks, and a sequence number in the first and in the second epoch. */
let video: string[];
let audio: string;
let later: number;
const early = 2;
const it = sideBySide(() => ({ browser, server }));

beforeAll(async () => {
  [server, browser] = await Promise.all([LiveServer.start(), Browser.open()]);
  [broadcast, other] = await Promise.all([LiveBroadcast.create(server, "cbcs", "Two epochs"), LiveBroadcast.create(server, "cbcs", "Another")]);
  // Of recordings nothing is live: they are pushed as fast as two encoders go.
  broadcast.publish({ speed: 4 });
  other.publish({ speed: 4 });
  await Promise.all([broadcast.untilSegments(6), other.untilSegments(4)]);
  await Promise.all([broadcast.stopPublishing(), other.end()]);
  const before = await broadcast.status();
  broadcast.publish({ speed: 4 });
  await until("the second epoch", 60, async () => {
    const { tracks } = await broadcast.status();
    return tracks.every((track, i) => track.lastSequence >= (before.tracks[i]?.lastSequence ?? 0) + 5);
  });
  await broadcast.end();
  const { tracks } = await broadcast.status();
  video = tracks.filter((track) => track.class !== "AUDIO").map((track) => track.name);
  audio = tracks.find((track) => track.class === "AUDIO")?.name ?? "";
  later = Math.max(...before.tracks.map((track) => track.lastSequence)) + 2;
}, 240_000);
afterAll(async () => {
  await Promise.all([broadcast?.stopPublishing(), other?.stopPublishing()]);
  await browser?.close();
  await server?.stop();
});

async function fetchLive(path: string, of = broadcast): Promise<Buffer> {
  const response = await fetch(`${server.url}/live/${of.id}/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/** Replaces a file of every video track, then expects segment `sequence` refused as `code`, and the rest played. */
async function expectRefused({ pages, proxy }: Own, code: string, sequence: number, kind: "m4s" | "record", make: (track: string, body: Buffer) => Promise<Buffer> | Buffer): Promise<void> {
  const replaced = new Map<string, Buffer>();
  for (const track of video) {
    const path = `${track}/${sequence}.${kind}`;
    replaced.set(`/live/${broadcast.id}/${path}`, await make(track, await fetchLive(path)));
  }
  proxy.change = (path) => replaced.get(path);
  const page = await pages.page();
  await page.goto(broadcast.watchUrl(proxy.url, await broadcast.ticket()));
  await untilState(page, "recording", 20);
  await page.evaluate(() => void ((document.querySelector("video") as HTMLVideoElement).playbackRate = 4));
  const failure = await until(`refusal as ${code}`, 15, async () => (await statsOf(page)).failures.at(0));
  expect(failure).toMatchObject({ code, sequence });
  expect(video).toContain(failure.track);
  await until("later segments played", 40, async () => {
    const { appended } = await statsOf(page);
    return video.some((track) => appended.includes(`${track}/${sequence + 2}`)) && (await decodedBy(page)).time > 2 * sequence + 2.5;
  });
  const { failures, appended } = await statsOf(page);
  expect(new Set(failures.map((found) => `${found.code} ${found.sequence}`))).toEqual(new Set([`${code} ${sequence}`]));
  expect(appended.filter((slot) => video.some((track) => slot === `${track}/${sequence}`))).toEqual([]);
}

describe.concurrent("On the way from the real server", () => {
  it("nothing was changed: all of both epochs plays, verified", async ({ pages, proxy }) => {
    const page = await pages.page();
    await page.goto(broadcast.watchUrl(proxy.url, await broadcast.ticket()));
    await untilState(page, "recording", 20);
    await page.evaluate(() => void ((document.querySelector("video") as HTMLVideoElement).playbackRate = 4));
    await until("the end", 40, async () => (await decodedBy(page)).ended);
    const { failures, appended } = await statsOf(page);
    expect(failures).toEqual([]);
    expect(appended.some((slot) => slot === `${video[0]}/${later}` || slot === `${video[1]}/${later}`)).toBe(true);
  });

  it.for([0, 0.1, 0.5, 0.9, 1])("one flipped byte at %d of a segment is refused", async (share, { pages, proxy }) => {
    await expectRefused({ pages, proxy }, "segment-chunk", early, "m4s", (_, body) => flipped(body, Math.floor(share * (body.length - 1))));
  });

  it("one flipped byte in the second epoch is refused", async ({ pages, proxy }) => {
    await expectRefused({ pages, proxy }, "segment-chunk", later, "m4s", (_, body) => flipped(body, 99));
  });

  it.for<[string, string, (track: string, body: Buffer) => Promise<Buffer> | Buffer]>([
    ["another segment", "record-wrong-slot", (track) => fetchLive(`${track}/${early + 1}.record`)],
    ["another track", "record-wrong-slot", () => fetchLive(`${audio}/${early}.record`)],
    ["another epoch", "record-wrong-slot", (track) => fetchLive(`${track}/${later}.record`)],
    ["another broadcast", "record-signature", (track) => fetchLive(`${track}/${early}.record`, other)],
  ])("a record of %s is refused", ([, code, make], { pages, proxy }) => expectRefused({ pages, proxy }, code, early, "record", make));

  it("a record signed by another key is refused", async ({ pages, proxy }) => {
    const stranger = new SigningKey(new Uint8Array(32).fill(77));
    await expectRefused({ pages, proxy }, "record-signature", early, "record", async (track, body) => {
      const segment = await fetchLive(`${track}/${early}.m4s`);
      const leaves = Buffer.concat(leavesOf(segment));
      // The payload is the 0xb0 map between protected header and signature: found by its head, version 1 and key 2.
      const start = body.indexOf(Buffer.from("b00101025", "hex").subarray(0, 4));
      const end = body.length - leaves.length - (leaves.length < 256 ? 2 : 3) - 66;
      return stranger.wrap(body.subarray(start, end), leaves);
    });
  });

  it("another identity, with a whole chain of its own, is refused", async ({ pages, proxy }) => {
    const stranger = new SigningKey(new Uint8Array(32).fill(78));
    const now = Math.floor(Date.now() / 1000);
    const forged = stranger.certify(Buffer.from(broadcast.id, "hex"), stranger.publicKey, { notBefore: now - 60, notAfter: now + 600 });
    proxy.change = (path) => (path === `/live/${broadcast.id}/signer` ? forged : undefined);
    const page = await pages.page();
    await page.goto(broadcast.watchUrl(proxy.url, await broadcast.ticket()));
    const { failures, appended } = await untilState(page, "verification-failed", 20);
    expect(failures.map(({ code }) => code)).toEqual(["identity-mismatch"]);
    expect(appended).toEqual([]);
  });
});

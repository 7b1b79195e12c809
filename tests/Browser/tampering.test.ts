import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Browser } from "./support/chromium.js";
import { ClearBroadcast, segmentSeconds } from "./support/clearBroadcast.js";
import { ClearOrigin } from "./support/clearOrigin.js";
import { leavesOf, type RecordFields, recordHash, SigningKey } from "./support/cose.js";
import { flipped } from "./support/flipped.js";
import { until } from "./support/until.js";
import { coverText, decodedBy, statsOf, untilPlaying, untilState } from "./support/watchPage.js";
import { createHash } from "node:crypto";

// The keys are the test's, so each check can be made the only one that fails. Against the real server: liveTampering.test.ts.
const broadcast = new ClearBroadcast(16);
const id = Buffer.from(broadcast.id, "hex");
const stranger = new SigningKey(new Uint8Array(32).fill(99));
const video = ["v180", "v360"];
let origin: ClearOrigin;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await Browser.open();
});
beforeEach(async () => {
  origin = await ClearOrigin.start(broadcast);
  origin.state = "ended";
  page = await browser.page();
});
afterEach(async () => {
  await page.close();
  await origin.stop();
});
afterAll(() => browser.close());

function segmentOf(track: string, sequence: number): { bytes: Buffer; record: Buffer } {
  const segment = broadcast.track(track)?.segments[sequence];
  if (!segment) throw new Error(`no ${track}/${sequence}`);
  return segment;
}

/** A record of the segment as its broadcaster would make it, but for what `changes` says. */
function recordOf(track: string, sequence: number, changes: Partial<RecordFields>, key = broadcast.session): Buffer {
  const { bytes } = segmentOf(track, sequence);
  const before = sequence === 0 ? undefined : segmentOf(track, sequence - 1);
  return key.record({
    broadcast: id, track, epoch: 0, sequence, decodeTime: sequence * segmentSeconds, timescale: 1, duration: segmentSeconds,
    initHash: createHash("sha256").update(broadcast.track(track)?.init ?? "").digest(), keyId: Buffer.alloc(16),
    previous: before ? recordHash(before.record, leavesOf(before.bytes).length) : Buffer.alloc(32), sealedAt: Date.now(), ...changes,
  }, bytes);
}

/** Segment 2 of each video track is replaced; the page must refuse it, name the check, and go on with the rest. */
async function expectLeftOut(code: string, chunk?: (track: string) => number): Promise<void> {
  await page.goto(origin.watchUrl());
  const failure = await until(`a failure ${code}`, 15, async () => (await statsOf(page)).failures.at(0));
  expect(failure).toMatchObject({ code, sequence: 2 });
  expect(video).toContain(failure.track);
  expect(failure.chunk).toBe(chunk?.(failure.track));
  await page.evaluate(() => void ((document.querySelector("video") as HTMLVideoElement).playbackRate = 4));
  await until("playing past the hole", 30, async () => (await decodedBy(page)).time > 10);
  const { failures, appended } = await statsOf(page);
  expect(failures.filter((other) => other.code !== code || other.sequence !== 2)).toEqual([]);
  expect(appended.filter((slot) => slot === "v180/2" || slot === "v360/2")).toEqual([]);
  expect(appended.some((slot) => slot === "v180/5" || slot === "v360/5")).toBe(true);
}

describe("A changed segment is left out, named, and never appended:", () => {
  it.each([
    ["its first byte", () => 0, 0],
    ["the last byte of chunk 0", () => 16383, 0],
    ["the first byte of chunk 1", () => 16384, 1],
    ["its last byte", (length: number) => length - 1, undefined],
  ])("%s flipped", async (_, at, chunk) => {
    for (const track of video) {
      const { bytes } = segmentOf(track, 2);
      origin.replaced.set(`${track}/2.m4s`, flipped(bytes, Math.min(bytes.length - 1, at(bytes.length))));
    }
    await expectLeftOut("segment-chunk", (track) => Math.min(chunk ?? Infinity, Math.floor((segmentOf(track, 2).bytes.length - 1) / 16384)));
  });

  it.each([
    ["a byte short", (bytes: Buffer) => bytes.subarray(1)],
    ["a byte long", (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)])],
    ["another segment", () => segmentOf("a0", 4).bytes],
  ])("%s", async (_, change) => {
    for (const track of video) origin.replaced.set(`${track}/2.m4s`, change(segmentOf(track, 2).bytes));
    await expectLeftOut("segment-length");
  });
});

describe("A segment whose record is not its own is left out:", () => {
  it.each<[string, string, (track: string) => Buffer]>([
    ["of another segment", "record-wrong-slot", (track) => segmentOf(track, 3).record],
    ["of another track", "record-wrong-slot", () => segmentOf("a0", 2).record],
    ["of another epoch", "record-wrong-slot", (track) => recordOf(track, 2, { epoch: 1 })],
    ["of another broadcast", "record-wrong-slot", (track) => recordOf(track, 2, { broadcast: Buffer.alloc(16, 7) })],
    ["signed by another key", "record-signature", (track) => recordOf(track, 2, {}, stranger)],
    ["sealed outside the certificate's time", "certificate-expired", (track) => recordOf(track, 2, { sealedAt: Date.now() + 7200_000 })],
    ["with another's leaves", "record-leaves", (track) => flipped(segmentOf(track, 2).record, segmentOf(track, 2).record.length - 1)],
    ["cut short", "record-malformed", (track) => segmentOf(track, 2).record.subarray(0, -1)],
    ["for another init segment", "init-mismatch", (track) => recordOf(track, 2, { initHash: Buffer.alloc(32, 5) })],
  ])("%s", async (_, code, make) => {
    for (const track of video) origin.replaced.set(`${track}/2.record`, make(track));
    await expectLeftOut(code);
  });
});

it("A segment that does not follow the one before it is left out", async () => {
  // One level only: after a switch the page holds no record before to compare with.
  origin.variants = ["v360"];
  origin.replaced.set("v360/2.record", recordOf("v360", 2, { previous: Buffer.alloc(32, 9) }));
  await expectLeftOut("chain-broken");
});

describe("Nothing plays", () => {
  async function expectNothing(code: string): Promise<void> {
    await page.goto(origin.watchUrl());
    const { failures, appended } = await untilState(page, "verification-failed", 40);
    expect(failures.at(-1)?.code).toBe(code);
    expect(appended.filter((slot) => slot.startsWith("v"))).toEqual([]);
    expect((await decodedBy(page)).frames).toBe(0);
    expect(await coverText(page)).toContain(code);
  }

  const now = Math.floor(Date.now() / 1000);
  const term = { notBefore: now - 600, notAfter: now + 600 };

  it("under another identity than the link names", async () => {
    origin.replaced.set("signer", stranger.certify(id, broadcast.session.publicKey, term));
    await expectNothing("identity-mismatch");
  });

  it("under a certificate of another broadcast", async () => {
    origin.replaced.set("signer", broadcast.identity.certify(Buffer.alloc(16, 7), broadcast.session.publicKey, term));
    await expectNothing("certificate-wrong-broadcast");
  });

  it("under a certificate that was changed", async () => {
    origin.replaced.set("signer", flipped(broadcast.certificate, 150));
    await expectNothing("certificate-invalid");
  });

  it("with init segments that nobody signed", async () => {
    for (const track of video) {
      const init = broadcast.track(track)?.init ?? Buffer.alloc(0);
      origin.replaced.set(`${track}/init.mp4`, flipped(init, init.length - 1));
    }
    await expectNothing("init-mismatch");
  });

  it("where every video segment was changed, and the page does not spin", async () => {
    for (const track of video) {
      for (const [sequence, { bytes }] of (broadcast.track(track)?.segments ?? []).entries()) {
        origin.replaced.set(`${track}/${sequence}.m4s`, flipped(bytes, 100));
      }
    }
    await expectNothing("segment-chunk");
    const asked = origin.asked.length;
    expect(asked).toBeLessThan(80);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(origin.asked.length).toBe(asked);
  });
});

describe("While live", () => {
  it("a changed segment is left out and the broadcast goes on", async () => {
    const long = new ClearBroadcast(40);
    const live = await ClearOrigin.start(long);
    try {
      for (const track of video) live.replaced.set(`${track}/6.m4s`, flipped(long.track(track)?.segments[6]?.bytes ?? Buffer.alloc(1), 999));
      await page.goto(live.watchUrl());
      await untilPlaying(page);
      await until("playing past the hole", 40, async () => (await decodedBy(page)).time > 17);
      const { failures, appended, state } = await statsOf(page);
      expect(failures.map(({ code }) => code)).toContain("segment-chunk");
      expect(new Set(failures.map(({ sequence }) => sequence))).toEqual(new Set([6]));
      expect(appended.filter((slot) => /^v\d+\/6$/.test(slot))).toEqual([]);
      expect(state).toBe("live");
    } finally {
      await live.stop();
    }
  });

  it("one served wrong once, and right when asked past the caches, plays", async () => {
    let wrong = 0;
    await page.route(/\/v(180|360)\/1\.m4s$/, async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      await route.fulfill({ response, body: wrong++ === 0 ? flipped(body, 10) : body });
    });
    await page.goto(origin.watchUrl());
    await until("segment 1 appended", 15, async () => (await statsOf(page)).appended.some((slot) => /^v\d+\/1$/.test(slot)));
    expect(wrong).toBeGreaterThanOrEqual(2);
    expect((await statsOf(page)).failures).toEqual([]);
  });
});

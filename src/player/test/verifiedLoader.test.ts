import type { Fragment, FragmentLoaderContext, HlsConfig, LoaderConfiguration, LoaderStats } from "hls.js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Progress, VerifiedDelivery } from "../src/playback/verifiedDelivery.js";
import { verifiedLoader } from "../src/playback/verifiedLoader.js";

type Deliver = (progress: Progress) => Promise<Uint8Array<ArrayBuffer>>;

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

/** What hls.js's estimate makes of a load: the time and the bytes that it samples (abr-controller, onFragBuffered). */
async function sampleOf(deliver: Deliver): Promise<{ milliseconds: number; bytes: number; firstByteMs: number }> {
  const delivery = { segment: (_url: string, _sn: number, _init: string, progress: Progress) => deliver(progress) } as unknown as VerifiedDelivery;
  const Loader = verifiedLoader(delivery, () => undefined, () => 4000);
  const loader = new Loader({} as HlsConfig);
  const context = { url: "u", frag: { sn: 1 } as Fragment } as FragmentLoaderContext;
  const loaded = new Promise<LoaderStats>((resolve, reject) =>
    loader.load(context, { loadPolicy: { maxLoadTimeMs: 10_000 } } as LoaderConfiguration, {
      onSuccess: (_, given) => resolve(given), onError: ({ text }) => reject(new Error(text)), onTimeout: () => reject(new Error("timeout")),
    }));
  const [stats] = await Promise.all([loaded, vi.advanceTimersByTimeAsync(1000)]);
  const { start, first, end } = stats.loading;
  return { milliseconds: end - start - (first - start), bytes: stats.loaded, firstByteMs: first - start };
}

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
const segment = () => new Uint8Array(100_000);

describe("what hls.js is told of a load", () => {
  it("is the origin's time and bytes alone, however long neighbours took", async () => {
    const sample = await sampleOf(async ({ onSwarmed }) => {
      await wait(400);
      onSwarmed(100_000, { firstByteMs: 20, ms: 30, bytes: 32_768 });
      return segment();
    });
    expect(sample.bytes).toBe(32_768);
    expect(sample.milliseconds).toBeCloseTo(30, 3);
    expect(sample.firstByteMs).toBeCloseTo(20, 3);
  });

  it("is no sample at all if everything came from neighbours", async () => {
    const sample = await sampleOf(async ({ onSwarmed }) => {
      await wait(400);
      onSwarmed(100_000, { firstByteMs: 0, ms: 0, bytes: 0 });
      return segment();
    });
    // hls.js leaves out what has no bytes; the first byte's time stays what the origin's was.
    expect(sample.bytes).toBe(0);
    expect(sample.firstByteMs).toBeCloseTo(100, 3);
  });

  it("leaves out the time in which neighbours came with nothing", async () => {
    const sample = await sampleOf(async ({ onTurned, onHeaders, onArrived }) => {
      await wait(400);
      onTurned();
      await wait(50);
      onHeaders(100_000);
      await wait(50);
      onArrived(100_000);
      return segment();
    });
    expect(sample.bytes).toBe(100_000);
    expect([sample.firstByteMs, sample.milliseconds]).toEqual([50, 50]);
  });

  it("is what it was without a swarm: from the request to the last byte, checking left out", async () => {
    const sample = await sampleOf(async ({ onHeaders, onBytes, onArrived }) => {
      await wait(50);
      onHeaders(100_000);
      onBytes(50_000);
      await wait(50);
      onArrived(100_000);
      await wait(300);
      return segment();
    });
    expect(sample.bytes).toBe(100_000);
    expect([sample.firstByteMs, sample.milliseconds]).toEqual([50, 50]);
  });
});

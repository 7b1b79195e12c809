import { afterEach, expect, it, vi } from "vitest";
import { type Progress, VerifiedDelivery } from "../src/playback/verifiedDelivery.js";
import { VerificationLog } from "../src/playback/verificationLog.js";
import type { Begun, Swarm } from "../src/swarm/swarm.js";
import type { Bytes } from "../src/verify/bytes.js";
import type { VerifierClient } from "../src/worker/client.js";
import type { Answer, Question } from "../src/worker/messages.js";

const server = "https://live.example";
const id = "0199aaaabbbb7ccc8ddd0123456789ab";
const base = `${server}/live/${id}/v360`;
const nothing = () => undefined;

/** What neighbours were told of downloads that were given up for them. */
const handedOver: (Begun | undefined)[] = [];

afterEach(() => {
  vi.unstubAllGlobals();
  handedOver.length = 0;
});

/** A viewer who needs a segment at once, with neighbours who have it or have not; the verifier takes everything. */
function viewer(origin: (url: string, range?: string, signal?: AbortSignal) => Promise<Response>, neighbours: (() => Promise<Bytes>) | undefined, expectsSwarm = false) {
  vi.stubGlobal("fetch", (url: string, { signal, headers }: RequestInit) => Promise.race([origin(url, new Headers(headers).get("Range") ?? undefined, signal ?? undefined), new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)))]));
  const verifier = { ask: async (question: Question): Promise<Answer> => ({ verdict: "good", milliseconds: 0, ...("bytes" in question ? { bytes: question.bytes } : {}) }) } as unknown as VerifierClient;
  const delivery = new VerifiedDelivery({ id, bytes: new Uint8Array(16) }, server, verifier, new VerificationLog(nothing));
  delivery.expectsSwarm = expectsSwarm;
  if (neighbours) {
    delivery.swarm = {
      isUp: true, isAmongOthers: true, elsewhere: 0, plays: nothing, learn: () => true, originMs: () => 0, offerInit: nothing, offer: async () => undefined, init: async () => ({ bytes: new Uint8Array(1), record: new Uint8Array(1) }),
      segment: async (_slot: unknown, _deadline: number, _signal: AbortSignal, begun?: Begun) => {
        handedOver.push(begun);
        return { bytes: await neighbours(), record: new Uint8Array(1), origin: { firstByteMs: 0, ms: 0, bytes: 0 } };
      },
    } as unknown as Swarm;
  }
  const progress: Progress = { signal: new AbortController().signal, onHeaders: nothing, onBytes: nothing, onArrived: nothing, onSwarmed: nothing, onTurned: nothing, neededIn: undefined };
  return delivery.segment(`${base}/7.m4s`, 7, `${base}/init.mp4`, progress);
}

const away = () => Promise.reject(new TypeError("fetch failed"));
const length = 200_000;
const pattern = Uint8Array.from({ length }, (_, n) => n % 251);

/** An origin of which in one go nothing more comes after the first chunks, that gives parts by and by. */
function crowded(partMs: number, parts: string[]) {
  return async (url: string, range?: string, signal?: AbortSignal) => {
    if (!url.endsWith(".m4s")) return new Response(new Uint8Array(1));
    if (range) {
      parts.push(range);
      const [from = 0, to = 0] = range.replace("bytes=", "").split("-").map(Number);
      await new Promise((resolve) => setTimeout(resolve, partMs));
      return new Response(pattern.slice(from, to + 1), { status: 206 });
    }
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(pattern.slice(0, 40_000));
        signal?.addEventListener("abort", () => controller.error(signal.reason));
      },
    });
    return new Response(body, { headers: { "Content-Length": String(length) } });
  };
}

const never = () => new Promise<never>(nothing);
const answers = (bytes: number) => async () => new Response(new Uint8Array(bytes));

it("takes what is needed at once from neighbours where the origin is away, or does not come with it", async () => {
  expect((await viewer(away, async () => new Uint8Array(5))).length).toBe(5);
  expect((await viewer(never, async () => new Uint8Array(5))).length).toBe(5);
});

it("takes it from the origin where that is quick, where neighbours have it not, or where there are none", async () => {
  const neighbours = vi.fn(async () => new Uint8Array(5));
  expect((await viewer(answers(9), neighbours)).length).toBe(9);
  expect(neighbours).not.toHaveBeenCalled();
  expect((await viewer(() => new Promise((done) => setTimeout(() => done(new Response(new Uint8Array(9))), 1000)), never)).length).toBe(9);
  expect((await viewer(answers(9), undefined)).length).toBe(9);
  await expect(viewer(away, undefined)).rejects.toThrow("fetch failed");
});

it("leaves a download that is slow to neighbours, with what came of it", async () => {
  const parts: string[] = [];
  expect((await viewer(crowded(2000, parts), async () => new Uint8Array(5))).length).toBe(5);
  const [begun] = handedOver;
  expect(begun?.chunks.slice(0, 2).map(({ chunk, bytes }) => [chunk, bytes])).toEqual([[0, pattern.slice(0, 16_384)], [1, pattern.slice(16_384, 32_768)]]);
});

it("goes on by parts where there are no neighbours yet, and has the segment byte for byte", async () => {
  const parts: string[] = [];
  const taken = await viewer(crowded(20, parts), undefined, true);
  expect(taken).toEqual(pattern);
  // What came in one go is not asked for again, and no part twice.
  expect(parts.every((part) => Number(part.replace(/bytes=(\d+)-.*/, "$1")) >= 32_768)).toBe(true);
  expect(new Set(parts).size).toBe(parts.length);
});

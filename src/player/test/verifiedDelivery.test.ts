import { afterEach, expect, it, vi } from "vitest";
import { type Progress, VerifiedDelivery } from "../src/playback/verifiedDelivery.js";
import { VerificationLog } from "../src/playback/verificationLog.js";
import type { Swarm } from "../src/swarm/swarm.js";
import type { Bytes } from "../src/verify/bytes.js";
import type { VerifierClient } from "../src/worker/client.js";
import type { Answer, Question } from "../src/worker/messages.js";

const server = "https://live.example";
const id = "0199aaaabbbb7ccc8ddd0123456789ab";
const base = `${server}/live/${id}/v360`;
const nothing = () => undefined;

afterEach(() => vi.unstubAllGlobals());

/** A viewer who needs a segment at once, with neighbours who have it or have not; the verifier takes everything. */
function viewer(origin: (url: string) => Promise<Response>, neighbours: (() => Promise<Bytes>) | undefined) {
  vi.stubGlobal("fetch", (url: string, { signal }: RequestInit) => Promise.race([origin(url), new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)))]));
  const verifier = { ask: async (question: Question): Promise<Answer> => ({ verdict: "good", milliseconds: 0, ...("bytes" in question ? { bytes: question.bytes } : {}) }) } as unknown as VerifierClient;
  const delivery = new VerifiedDelivery({ id, bytes: new Uint8Array(16) }, server, verifier, new VerificationLog(nothing));
  if (neighbours) {
    delivery.swarm = {
      isUp: true, elsewhere: 0, plays: nothing, offerInit: nothing, offer: async () => undefined, init: async () => ({ bytes: new Uint8Array(1), record: new Uint8Array(1) }),
      segment: async () => ({ bytes: await neighbours(), record: new Uint8Array(1), origin: { firstByteMs: 0, ms: 0, bytes: 0 } }),
    } as unknown as Swarm;
  }
  const progress: Progress = { signal: new AbortController().signal, onHeaders: nothing, onBytes: nothing, onArrived: nothing, onSwarmed: nothing, onTurned: nothing, neededIn: undefined };
  return delivery.segment(`${base}/7.m4s`, 7, `${base}/init.mp4`, progress);
}

const away = () => Promise.reject(new TypeError("fetch failed"));
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

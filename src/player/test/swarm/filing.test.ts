import { describe, expect, it } from "vitest";
import { newPeerKeyInScript } from "../../src/peering/peerKey.js";
import { receiptBytes, runsOf, writeReceipt } from "../../src/peering/receipts.js";
import { FraudReports } from "../../src/swarm/fraudReports.js";
import { ReceiptFiling } from "../../src/swarm/receiptFiling.js";
import type { Bytes } from "../../src/verify/bytes.js";
import { random } from "./admitted.js";
import { VirtualClock } from "./virtualClock.js";

const [sender, receiver] = [newPeerKeyInScript(), newPeerKeyInScript()];
const standing = { peer: "A".repeat(43), band: "known", score: 412, receipts: 9, receivers: 3, bytes: 5 };

async function receipt(period: number): Promise<Bytes> {
  const written = writeReceipt({
    broadcast: new Uint8Array(16), sender: sender.publicKey.bytes, receiver: receiver.publicKey.bytes, link: new Uint8Array(32), period, number: 1, at: 0, totalChunks: period, totalBytes: period,
    runs: runsOf([[{ track: 1n, epoch: 0, sequence: 0 }, 1]]),
  });
  return new Uint8Array([...written, ...(await receiver.sign(receiptBytes(written)))]);
}

/** A server that answers in turn as told, and the paths and bodies that came. */
function serverOf(answers: readonly (() => Response)[]) {
  const asked: { url: string; body: Bytes }[] = [];
  const fetching = (async (url: string, init: RequestInit) => {
    asked.push({ url, body: init.body as Bytes });
    const answer = answers[asked.length - 1];
    if (!answer) throw new TypeError("away");
    return answer();
  }) as unknown as typeof fetch;
  return { asked, fetching };
}

async function run(clock: VirtualClock, until: number): Promise<void> {
  for (let at = clock.now; at <= until; at += 500) {
    clock.runUntil(at);
    await new Promise((done) => setTimeout(done, 1));
  }
}

describe("receipts", () => {
  it("are handed in each minute, and those that could not be come with the next", async () => {
    const clock = new VirtualClock();
    const [away, busy, refused] = [() => { throw new TypeError("away"); }, () => new Response("{}", { status: 503 }), () => new Response("{}", { status: 400 })];
    const good = () => new Response(JSON.stringify({ filed: 1, again: 60, standing }), { status: 200 });
    const { asked, fetching } = serverOf([away, busy, good, refused, good]);
    let waiting = [await receipt(1)];
    let seen = 0;
    const filing = new ReceiptFiling({
      fetch: fetching, server: "https://s", clock, chance: () => 0.5, over: new AbortController().signal, sign: async () => new Uint8Array(64), changed: () => seen++,
      service: { settle: () => undefined, collect: () => waiting.splice(0), giveBack: (back) => (waiting = [...back, ...waiting]) },
    });
    await run(clock, 59_000);
    expect(asked).toEqual([]);
    await run(clock, 61_000);
    waiting.push(await receipt(2));
    await run(clock, 181_000);
    expect(asked.map(({ body }) => (body[48] ?? 0) * 256 + (body[49] ?? 0))).toEqual([1, 2, 2]);
    expect([filing.filed, seen, waiting]).toEqual([2, 1, []]);
    expect(filing.standing).toEqual({ band: "known", score: 412, receipts: 9, receivers: 3 });
    // What will not do now will not do later.
    waiting.push(await receipt(3));
    await run(clock, 241_000);
    expect([filing.filed, waiting, asked.length]).toEqual([2, [], 4]);
    // Nothing to hand in: nobody is asked.
    await run(clock, 400_000);
    expect(asked.length).toBe(4);
  });

  it("bring a standing only if it can be one, and the page goes on if the answer is none", async () => {
    const answers = [{ standing: { ...standing, score: 1001 } }, { standing: { ...standing, band: "king" } }, { standing: null }, [], "x"].map((value) => () => new Response(JSON.stringify(value)));
    const { fetching, asked } = serverOf([...answers, () => new Response("not JSON"), () => new Response("x".repeat(5000))]);
    const clock = new VirtualClock();
    let period = 0;
    const filing = new ReceiptFiling({
      fetch: fetching, server: "", clock, chance: () => 0, over: new AbortController().signal, sign: async () => new Uint8Array(64), changed: () => undefined,
      service: { settle: () => undefined, collect: () => [given[period++ % given.length] as Bytes], giveBack: () => undefined },
    });
    const given = [await receipt(1)];
    await run(clock, 360_000);
    expect(asked.length).toBeGreaterThanOrEqual(7);
    expect(filing.standing).toBeUndefined();
  });

  it("stay with the page once it is left", async () => {
    const over = new AbortController();
    const { fetching, asked } = serverOf([]);
    const clock = new VirtualClock();
    new ReceiptFiling({
      fetch: fetching, server: "", clock, chance: () => 0, over: over.signal, sign: async () => new Uint8Array(64), changed: () => undefined,
      service: { settle: () => undefined, collect: () => [random(200)], giveBack: () => undefined },
    });
    over.abort();
    await run(clock, 200_000);
    expect(asked).toEqual([]);
  });
});

describe("a proof", () => {
  it("is brought again while the server is away, and no more once it has answered", async () => {
    for (const [status, times] of [[201, 3], [200, 3], [422, 3], [404, 3]] as const) {
      const clock = new VirtualClock();
      const { fetching, asked } = serverOf([() => { throw new TypeError("away"); }, () => new Response("", { status: 503 }), () => new Response("", { status })]);
      const reports = new FraudReports({ fetch: fetching, server: "https://s", clock, over: new AbortController().signal });
      reports.report(random(100));
      await run(clock, 60_000);
      expect([asked.length, reports.taken]).toEqual([times, status < 300 ? 1 : 0]);
      expect(asked[0]?.url).toBe("https://s/v1/fraud-proofs");
    }
  });

  it("is given up after ten tries, and no more than eight are under way", async () => {
    const clock = new VirtualClock();
    const { fetching, asked } = serverOf([]);
    const reports = new FraudReports({ fetch: fetching, server: "", clock, over: new AbortController().signal });
    for (let n = 0; n < 20; n++) reports.report(random(100));
    await run(clock, 0);
    expect(asked.length).toBe(8);
    await run(clock, 1_200_000);
    expect(asked.length).toBe(88);
  });
});

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

  it("are handed in again soon after, until something is counted of them, so that the page hears how it stands", async () => {
    const clock = new VirtualClock();
    const answer = (filed: number, said: unknown) => () => new Response(JSON.stringify({ filed, again: 60, standing: said }));
    const { asked, fetching } = serverOf([answer(1, null), answer(0, standing), answer(1, standing), answer(1, standing)]);
    const own = new Map<number, Bytes>();
    let [period, seen] = [0, 0];
    for (const n of [1, 2, 3]) own.set(n, await receipt(n));
    const filing = new ReceiptFiling({
      fetch: fetching, server: "https://s", clock, chance: () => 0.5, over: new AbortController().signal, sign: async () => new Uint8Array(64), changed: () => seen++,
      service: { settle: () => undefined, collect: () => [own.get(++period)].filter((one) => one !== undefined), giveBack: () => expect.fail("nothing was refused") },
    });
    await run(clock, 63_000);
    expect([asked.length, filing.standing]).toEqual([1, undefined]);
    // By then it is counted: the batch is the same, byte for byte, so it files nothing.
    await run(clock, 65_000);
    expect([asked.length, filing.standing?.score, filing.filed, seen]).toEqual([2, 412, 1, 2]);
    expect(asked[1]?.body).toEqual(asked[0]?.body);
    // From then on each minute's answer is enough.
    await run(clock, 185_000);
    expect([asked.length, filing.filed]).toEqual([4, 3]);
  });

  it("that count for nothing are not handed in again for ever, and the page goes on where that fails", async () => {
    const none = { ...standing, band: "new", score: 0, receipts: 0, receivers: 0 };
    const first = () => new Response(JSON.stringify({ filed: 1, again: 60, standing: none }));
    // The second answer of the first two batches: none, and the server's no.
    const { fetching, asked } = serverOf([first, () => { throw new TypeError("away"); }, first, () => new Response("{}", { status: 429 }), ...Array.from({ length: 40 }, () => first)]);
    const clock = new VirtualClock();
    let period = 0;
    const given = await Promise.all(Array.from({ length: 40 }, (_, n) => receipt(n + 1)));
    const filing = new ReceiptFiling({
      fetch: fetching, server: "", clock, chance: () => 0.5, over: new AbortController().signal, sign: async () => new Uint8Array(64), changed: () => undefined,
      service: { settle: () => undefined, collect: () => given.slice(period, ++period), giveBack: () => expect.fail("each was taken") },
    });
    await run(clock, 12 * 60_000 + 30_000);
    expect([filing.filed, asked.length, filing.standing?.receipts]).toEqual([12, 12 + 5, 0]);
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

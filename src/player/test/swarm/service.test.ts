import { describe, expect, it } from "vitest";
import { newPeerKeyInScript } from "../../src/peering/peerKey.js";
import { linesOf, readReceipt, type Receipt, receiptBytes, runsOf, writeReceipt } from "../../src/peering/receipts.js";
import type { PeerMessage } from "../../src/peering/messages.js";
import { Deliveries } from "../../src/swarm/deliveries.js";
import type { LinkSession } from "../../src/swarm/linkSession.js";
import { Service } from "../../src/swarm/service.js";
import type { Bytes } from "../../src/verify/bytes.js";
import { random } from "./admitted.js";
import { VirtualClock } from "./virtualClock.js";

const [broadcast, name] = [random(16), random(32)];
const [alice, bob] = [newPeerKeyInScript(), newPeerKeyInScript()];
const segment = (sequence: number) => ({ track: 1n, epoch: 0, sequence });

/** A link as one end sees it: the other has that key, and hears what is said. */
function linkTo(other: typeof alice, say: (message: PeerMessage) => void = () => undefined): LinkSession {
  return { other: { key: other.publicKey }, isUp: true, name: async () => name, send: say } as unknown as LinkSession;
}

async function receipt(fields: Partial<Receipt> & Pick<Receipt, "runs">): Promise<Bytes> {
  const written = writeReceipt({
    broadcast, sender: alice.publicKey.bytes, receiver: bob.publicKey.bytes, link: name, period: 1, number: 1, at: 0, totalChunks: 10, totalBytes: 100_000, ...fields,
  });
  return new Uint8Array([...written, ...(await bob.sign(receiptBytes(written)))]);
}

const lines = (...counts: number[]) => runsOf(counts.map((count, n) => [segment(n), count] as const));

describe("who gives receipts", () => {
  it("is served on, and who gives none gets three mebibytes and nothing more", async () => {
    const service = new Service(new VirtualClock(), broadcast, () => alice.publicKey.bytes);
    const [pays, owes] = [linkTo(bob), linkTo(bob)];
    let sent = 0;
    for (; service.isPaid(owes); sent++) service.sent(owes, segment(0), sent, 1, 16_384);
    expect(sent).toBe(193);

    for (let period = 1; period <= 20; period++) {
      service.sent(pays, segment(period), 0, 100, 100 * 16_384);
      expect(service.isPaid(pays)).toBe(true);
      const totals = { totalChunks: 100 * period, totalBytes: 100 * period * 16_384 };
      expect(await service.take(pays, await receipt({ period, ...totals, runs: runsOf([[segment(period), 100]]) }))).toBe(true);
    }
    // What it asks for again it owes no second time, and may ask for as much again as it gave receipts for: nobody lives on one segment without ever signing.
    let again = 0;
    for (; service.isPaid(pays) && again < 5000; again++) service.sent(pays, segment(20), again % 100, 1, 16_384);
    expect(again).toBe(192 + 2000 + 1);
    const idle = linkTo(bob);
    for (again = 0; service.isPaid(idle) && again < 5000; again++) service.sent(idle, segment(0), again % 50, 1, 16_384);
    expect(again).toBe(50 + 192 + 1);
    // However much it has given receipts for, twelve mebibytes ahead is all.
    expect(service.collect(64).map((bytes) => readReceipt(bytes)?.receipt.period)).toEqual(Array.from({ length: 19 }, (_, n) => n + 1));
    const far = linkTo(bob);
    for (let period = 1; period <= 6; period++) {
      service.sent(far, segment(period), 0, 100, 100 * 16_384);
      const totals = { totalChunks: 100 * period, totalBytes: 100 * period * 16_384 };
      expect(await service.take(far, await receipt({ period, ...totals, runs: runsOf([[segment(period), 100]]) }))).toBe(true);
    }
    for (sent = 0; service.isPaid(far); sent++) service.sent(far, segment(99), sent, 1, 16_384);
    expect(sent).toBe(769);
  });

  it("cannot say less than before, go back, or say twice what it said in an earlier period", async () => {
    const good = { runs: lines(5, 5) };
    const cases: [string, Partial<Receipt> & Pick<Receipt, "runs">, boolean][] = [
      ["more of the same period", { number: 2, runs: lines(6, 5), totalChunks: 11, totalBytes: 110_000 }, true],
      ["the next period", { period: 2, runs: lines(1), totalChunks: 11, totalBytes: 110_000 }, true],
      ["the same number", { number: 1, runs: lines(6, 5), totalChunks: 11, totalBytes: 110_000 }, false],
      ["fewer of a segment", { number: 2, runs: lines(5, 4), totalChunks: 11, totalBytes: 110_000 }, false],
      ["without a segment", { number: 2, runs: lines(5), totalChunks: 11, totalBytes: 110_000 }, false],
      ["fewer in all", { number: 2, runs: good.runs, totalChunks: 10, totalBytes: 99_999 }, false],
      ["an earlier period", { period: 1, number: 9, runs: good.runs }, false],
      ["the same again in the next period", { period: 3, runs: lines(5, 5), totalChunks: 20, totalBytes: 200_000 }, false],
    ];
    for (const [what, next, isGood] of cases) {
      const service = new Service(new VirtualClock(), broadcast, () => alice.publicKey.bytes);
      const link = linkTo(bob);
      for (const n of [0, 1]) service.sent(link, segment(n), 0, 6, 100_000);
      service.sent(link, segment(2), 0, 20, 100_000);
      const period = what === "an earlier period" ? 2 : 1;
      expect(await service.take(link, await receipt({ ...good, period }))).toBe(true);
      expect(await service.take(link, await receipt(next)), what).toBe(isGood);
    }
  });

  it("is not cut off for one that comes when its period was handed in already", async () => {
    const clock = new VirtualClock();
    const service = new Service(clock, broadcast, () => alice.publicKey.bytes);
    const link = linkTo(bob);
    service.sent(link, segment(0), 0, 8, 100_000);
    expect(await service.take(link, await receipt({ runs: lines(5), totalChunks: 5, totalBytes: 50_000 }))).toBe(true);
    service.settle();
    expect(service.collect(64)).toEqual([]);
    clock.runUntil(80_000);
    service.settle();
    expect(service.collect(64).length).toBe(1);
    expect(await service.take(link, await receipt({ number: 2, runs: lines(8), totalChunks: 8, totalBytes: 80_000 }))).toBe(true);
    service.down(link);
    expect(service.collect(64)).toEqual([]);
  });

  it("has twenty looked at at once, and is cut off for a flood", async () => {
    const service = new Service(new VirtualClock(), broadcast, () => alice.publicKey.bytes);
    const link = linkTo(bob);
    service.sent(link, segment(0), 0, 30, 500_000);
    const verdicts = [];
    for (let number = 1; number <= 21; number++) verdicts.push(await service.take(link, await receipt({ number, runs: lines(5) })));
    expect(verdicts).toEqual([...Array.from({ length: 20 }, () => true), false]);
  });
});

describe("receipts", () => {
  it("are made each 64 chunks, or ten seconds after the first that none was given for, and each chunk counts once", async () => {
    const clock = new VirtualClock();
    const said: Bytes[] = [];
    const deliveries = new Deliveries({ clock, platformTime: () => clock.now / 1000, broadcast, key: () => bob.publicKey.bytes, sign: (bytes) => bob.sign(bytes) });
    const link = linkTo(alice, (message) => message.type === "receipt" && said.push(message.receipt));
    const read = async () => {
      await new Promise((done) => setTimeout(done, 20));
      return said.splice(0).map((bytes) => readReceipt(bytes)?.receipt);
    };
    for (let chunk = 0; chunk < 130; chunk++) deliveries.came(link, segment(0), chunk, 16_384);
    expect((await read()).map((made) => [made?.period, made?.number, made?.totalChunks])).toEqual([[1, 1, 64], [1, 2, 128]]);
    for (let chunk = 0; chunk < 130; chunk++) deliveries.came(link, segment(0), chunk, 16_384);
    clock.runUntil(9_999);
    expect(await read()).toEqual([]);
    clock.runUntil(10_001);
    const [third] = await read();
    expect([third?.number, third?.totalChunks, third?.totalBytes, third && [...linesOf(third)]]).toEqual([3, 130, 130 * 16_384, [[segment(0), 130]]]);
    // A new period after a minute; the last one is said to its end.
    deliveries.came(link, segment(1), 0, 100);
    clock.runUntil(61_000);
    deliveries.came(link, segment(2), 0, 100);
    clock.runUntil(80_000);
    expect((await read()).map((made) => [made?.period, made?.number, made && [...linesOf(made)].length, made?.totalChunks])).toEqual([[1, 4, 2, 131], [2, 1, 1, 132]]);
  });

  it("are fewer on a link that goes on, and never so few that a sender would stop", async () => {
    const clock = new VirtualClock();
    const service = new Service(clock, broadcast, () => alice.publicKey.bytes);
    const [toBob, toAlice] = [linkTo(bob), linkTo(alice, (message) => message.type === "receipt" && said.push(message.receipt))];
    const said: Bytes[] = [];
    const deliveries = new Deliveries({ clock, platformTime: () => 0, broadcast, key: () => bob.publicKey.bytes, sign: (bytes) => bob.sign(bytes) });
    let receipts = 0;
    // Sixty segments of 61 chunks, as many on their way as a scheduler asks for: one more for each that came, up to 128.
    const onTheirWay: [number, number][] = [];
    let arrivals = 0;
    for (let sequence = 0; sequence < 60; sequence++) {
      for (let chunk = 0; chunk < 61; chunk++) {
        expect(service.isPaid(toBob)).toBe(true);
        service.sent(toBob, segment(sequence), chunk, 1, 16_384);
        onTheirWay.push([sequence, chunk]);
        const arrived = onTheirWay.length > Math.min(127, ++arrivals) ? onTheirWay.shift() : undefined;
        if (arrived) deliveries.came(toAlice, segment(arrived[0]), arrived[1], 16_384);
        // Signed and sent, one may be a moment late.
        await new Promise((done) => setTimeout(done, said.length > 0 ? 5 : 0));
        for (const bytes of said.splice(0)) {
          receipts++;
          expect(await service.take(toBob, bytes)).toBe(true);
        }
      }
      clock.runUntil(clock.now + 1000);
    }
    expect(receipts).toBeGreaterThan(8);
    expect(receipts).toBeLessThan(16);
  });

  it("end a period before it would say more than a receipt holds", async () => {
    const clock = new VirtualClock();
    const said: Bytes[] = [];
    const deliveries = new Deliveries({ clock, platformTime: () => 0, broadcast, key: () => bob.publicKey.bytes, sign: (bytes) => bob.sign(bytes) });
    const link = linkTo(alice, (message) => message.type === "receipt" && said.push(message.receipt));
    for (let n = 0; n < 70; n++) deliveries.came(link, segment(2 * n), 0, 100);
    clock.runUntil(20_000);
    await new Promise((done) => setTimeout(done, 50));
    const made = said.map((bytes) => readReceipt(bytes)?.receipt);
    expect(made.map((one) => [one?.period, one?.runs.length])).toEqual([[1, 64], [2, 6]]);
  });
});

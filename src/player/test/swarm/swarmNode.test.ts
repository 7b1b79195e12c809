import { afterEach, describe, expect, it } from "vitest";
import { readMessage, writeMessage } from "../../src/peering/messages.js";
import { newPeerKeyInScript } from "../../src/peering/peerKey.js";
import { toBase64Url } from "../../src/verify/base64Url.js";
import type { Bytes } from "../../src/verify/bytes.js";
import { sha256 } from "../../src/verify/sha256.js";
import { hex } from "../vectors.js";
import { random, revocation } from "./admitted.js";
import { type Alter, broadcast, bytesOfSegment, first, join, leaveAll, link, names, Origin, readRecord, recordOf, soon, until } from "./linkedNodes.js";

afterEach(leaveAll);

describe("a peer", { timeout: 90_000 }, () => {
  it("gets what a neighbour has from it, record and all, and passes it on to the next", async () => {
    const [source, away] = [new Origin(), new Origin()];
    away.isAway = true;
    const [a, b, c] = [await join(source), await join(away), await join(away)];
    await link(a, b);
    await link(b, c);
    for (const name of names) await a.want(name, soon(100));
    for (const node of [b, c]) {
      const whole = await Promise.all(names.map((name) => node.want(name, soon(20_000))));
      expect(whole).toEqual(names.map(bytesOfSegment));
      expect(node.counts).toMatchObject({ origin: 0, badChunks: 0 });
    }
    expect(b.counts.peers).toBe(names.reduce((sum, name) => sum + bytesOfSegment(name).length, 0));
    expect(source.records).toBe(names.length);
  });

  it("takes its part from the origin and the rest from those who took theirs", async () => {
    const origin = new Origin();
    const [a, b] = [await join(origin), await join(origin)];
    await link(a, b);
    const wanted = [a.want(first, soon(20_000), { first: 0, count: 1 }), b.want(first, soon(20_000), { first: 1, count: 2 })];
    expect(await Promise.all(wanted)).toEqual([bytesOfSegment(first), bytesOfSegment(first)]);
    // Together one copy.
    expect(origin.bytes).toBe(bytesOfSegment(first).length);
  });

  it("cuts off who sends an altered chunk at the first, passes none of it on, and has the segment in time all the same", async () => {
    const origin = new Origin();
    const [liar, victim, next] = [await join(origin, { sub: "A".repeat(43) }), await join(origin), await join(origin)];
    await liar.want(first, soon(100));
    const before = origin.bytes;
    await link(liar, victim, (message) => {
      const read = readMessage(message);
      if (read?.type !== "chunks") return [message];
      return [writeMessage({ ...read, chunks: read.chunks.map((chunk) => chunk.map((byte, at) => (at === 7 ? byte ^ 1 : byte)) as Bytes) })];
    });
    await link(victim, next);
    await until(() => victim.holders(first) === 1);
    const deadline = soon(12_000);
    expect(await victim.want(first, deadline)).toEqual(bytesOfSegment(first));
    // Not only when time runs out: it is known at once that nobody else has it.
    expect(performance.now()).toBeLessThan(deadline - 3000);
    expect(victim.counts).toMatchObject({ badChunks: 1, peers: 0 });
    expect(victim.ends.map(({ why }) => why)).toEqual([{ offence: "bad-chunk" }]);
    expect(origin.bytes - before).toBe(bytesOfSegment(first).length);
    expect(await next.want(first, soon(20_000))).toEqual(bytesOfSegment(first));
    expect(next.counts).toMatchObject({ badChunks: 0, origin: 0 });

    // And is not linked with again, nor under another key that the same right has got.
    const again = await join(origin, { sub: "A".repeat(43) });
    for (const [n, other] of [liar, again].entries()) {
      await link(victim, other);
      await until(() => victim.ends.length === n + 2);
      expect(victim.ends.at(-1)?.why).toMatchObject({ refused: { refusal: "revoked" } });
    }
    expect(victim.parted).toEqual(["A".repeat(43)]);
  });

  it("cuts off who sends without end at the second message, before the first is hashed, and who sends another length or index at the first", async () => {
    const origin = new Origin();
    type Chunks = Extract<NonNullable<ReturnType<typeof readMessage>>, { type: "chunks" }>;
    const cases: [string, number, number, (good: Chunks) => Chunks[]][] = [
      ["not-asked", 1, 0, (good) => Array.from({ length: 500 }, () => ({ ...good, chunks: good.chunks.map((chunk) => chunk.map((byte) => byte ^ 1) as Bytes) }))],
      ["not-asked", 0, 0, (good) => [{ ...good, first: good.first + 1 }]],
      ["not-asked", 0, 0, (good) => [{ ...good, chunks: [random(16_384), ...good.chunks] }]],
      ["bad-chunk", 1, 1, (good) => [{ ...good, chunks: good.chunks.map((chunk) => chunk.slice(0, -1) as Bytes) }]],
    ];
    for (const [offence, mostBad, leastBad, change] of cases) {
      const [liar, victim] = [await join(origin), await join(origin)];
      await liar.want(first, soon(100));
      const sent: number[] = [];
      const [, end] = await link(liar, victim, (message) => {
        const read = readMessage(message);
        const changed = read?.type === "chunks" ? change(read).map(writeMessage) : [message];
        if (read?.type === "chunks") sent.push(...changed.map(({ length }) => length));
        return changed;
      }, true);
      await until(() => victim.holders(first) === 1);
      const before = end.taken;
      expect(await victim.want(first, soon(8_000))).toEqual(bytesOfSegment(first));
      expect(victim.ends.map(({ why }) => why)).toEqual([{ offence }]);
      // The record, and a message or two.
      expect(end.taken - before).toBeLessThan(2000 + (sent[0] ?? 0) + (sent[1] ?? 0));
      expect(victim.counts.badChunks).toBeLessThanOrEqual(mostBad);
      expect(victim.counts.badChunks).toBeGreaterThanOrEqual(leastBad);
    }
  });

  it("cuts off who alters a record, who sends what nobody asked for, what cannot be read, or without end", async () => {
    const origin = new Origin();
    const swap = (from: string, to: (read: NonNullable<ReturnType<typeof readMessage>>) => Bytes[]): Alter => (message) => {
      const read = readMessage(message);
      return read?.type === from ? to(read) : [message];
    };
    const cases: [string, Alter][] = [
      ["bad-record", swap("piece", (read) => (read.type === "piece" ? [writeMessage({ ...read, bytes: read.bytes.map((byte, at) => (at === 200 ? byte ^ 1 : byte)) as Bytes })] : []))],
      ["not-asked", swap("have", () => [writeMessage({ type: "chunks", request: 77, first: 0, chunks: [random(100)], statements: [random(64)] })])],
      ["not-asked", swap("have", () => [writeMessage({ type: "hello", nonce: random(32), admission: "x" })])],
      ["unreadable", swap("have", () => [Uint8Array.of(3, 0)])],
      ["not-asked", swap("have", () => [writeMessage({ type: "piece", request: 2 ** 31, total: 60_000, offset: 0, bytes: random(60_000) })])],
      ["not-asked", swap("piece", (read) => (read.type === "piece" ? [writeMessage(read), writeMessage(read)] : []))],
      ["too-much", swap("have", (read) => (read.type === "have" ? Array.from({ length: 3000 }, () => writeMessage(read)) : []))],
      // Few messages, and long ones: of a later version, and passed over.
      ["too-much", swap("have", () => Array.from({ length: 4 }, () => Uint8Array.from({ length: 60_000 }, (_, at) => (at === 0 ? 64 : 1))))],
    ];
    for (const [offence, alter] of cases) {
      const [liar, victim] = [await join(origin), await join(origin)];
      await liar.want(first, soon(100));
      await link(liar, victim, alter);
      await until(() => victim.holders(first) > 0 || victim.ends.length > 0);
      expect(await victim.want(first, soon(1500)), offence).toEqual(bytesOfSegment(first));
      await until(() => victim.ends.length > 0);
      expect(victim.ends[0]?.why).toEqual({ offence });
    }
  });

  it("has what its player took away to another thread for its neighbours all the same", async () => {
    const [origin, away] = [new Origin(), new Origin()];
    away.isAway = true;
    const [a, b] = [await join(origin), await join(away)];
    const taken = await a.want(first, soon(100));
    structuredClone(taken, { transfer: [taken.buffer] });
    expect(taken.length).toBe(0);
    await link(a, b);
    expect(await b.want(first, soon(20_000))).toEqual(bytesOfSegment(first));
  });

  it("leaves links that are not up yet, too", async () => {
    const [a, b] = [await join(new Origin()), await join(new Origin())];
    const linking = link(a, b);
    a.leave();
    await linking;
    await until(() => a.ends.length === 1 && b.ends.length === 1);
    expect([a.neighbours, b.neighbours]).toEqual([0, 0]);
  });

  it("that does not share says so, and its neighbours turn to the origin", async () => {
    const origin = new Origin();
    const [a, b] = [await join(origin), await join(origin)];
    await a.want(first, soon(100));
    await link(a, b);
    a.share(false);
    await until(() => b.holders(first) === 1);
    expect(await b.want(first, soon(3000))).toEqual(bytesOfSegment(first));
    expect(b.counts.peers).toBe(0);
    expect([a.sent, b.ends.length]).toEqual([0, 0]);
  });

  it("brings its part in before its player asks, and has the rest by then from others who brought theirs", async () => {
    const origin = new Origin();
    const [a, b] = [await join(origin), await join(origin)];
    await link(a, b);
    a.bringIn(first, { first: 0, count: 1 });
    b.bringIn(first, { first: 1, count: 2 });
    await until(() => a.counts.origin + a.counts.peers === bytesOfSegment(first).length && b.counts.origin + b.counts.peers === bytesOfSegment(first).length);
    expect(origin.bytes).toBe(bytesOfSegment(first).length);
    const before = performance.now();
    const whole = await a.want(first, soon(20_000));
    expect(performance.now() - before).toBeLessThan(5000);
    expect(whole).toEqual(bytesOfSegment(first));
  });

  it("asks for a part that comes while it waits already", async () => {
    const origin = new Origin();
    const alone = await join(origin);
    const wanted = alone.want(first, soon(60_000));
    alone.bringIn(first, { first: 0, count: 3 });
    const before = performance.now();
    expect(await wanted).toEqual(bytesOfSegment(first));
    expect(performance.now() - before).toBeLessThan(5000);
  });

  it("passes on what its player loaded from the origin by itself", async () => {
    const [origin, away] = [new Origin(), new Origin()];
    away.isAway = true;
    const [a, b] = [await join(origin), await join(away)];
    const facts = await readRecord(hex(recordOf(first).file), first);
    if (!facts) throw new Error("no facts");
    a.offer(first, facts, bytesOfSegment(first));
    await link(a, b);
    expect(await b.want(first, soon(20_000))).toEqual(bytesOfSegment(first));
    expect(origin.records).toBe(0);
  });

  it("gets an init segment by its hash from a neighbour, and cuts off one that gives another", async () => {
    const origin = new Origin();
    const init = bytesOfSegment(first).slice(0, 100_000);
    const hash = await sha256(init);
    const [a, b, liar] = [await join(origin), await join(origin), await join(origin)];
    await a.offerInit(init);
    await link(a, b);
    expect(await b.init(hash)).toEqual(init);
    expect(await b.init(random(32))).toBeUndefined();

    await liar.offerInit(init);
    const victim = await join(origin);
    await link(liar, victim, (message) => {
      const read = readMessage(message);
      return read?.type === "piece" ? [writeMessage({ ...read, bytes: read.bytes.map((byte, at) => (at === 5 ? byte ^ 1 : byte)) as Bytes })] : [message];
    });
    expect(await victim.init(hash)).toBeUndefined();
    await until(() => victim.ends.length === 1);
    expect(victim.ends[0]?.why).toEqual({ offence: "bad-init" });
  });

  it("ends its link with a peer that the platform revokes, tells its neighbours, and links with it no more", async () => {
    const origin = new Origin();
    const sub = toBase64Url(random(32));
    const [a, b, revoked] = [await join(origin), await join(origin), await join(origin, { sub })];
    await link(a, b);
    await link(a, revoked);
    await link(b, revoked);
    // Only the platform's word counts.
    await a.revoke(await revocation(broadcast, [sub], newPeerKeyInScript()));
    expect([a.neighbours, b.neighbours]).toEqual([2, 2]);
    await a.revoke(await revocation(broadcast, [sub]));
    await until(() => a.neighbours === 1 && b.neighbours === 1 && revoked.neighbours === 0);
    await link(a, revoked);
    await until(() => a.ends.length === 2);
    expect(a.ends.at(-1)?.why).toMatchObject({ refused: { refusal: "revoked" } });
  });

  it("keeps one link with a neighbour", async () => {
    const [a, b] = [await join(new Origin()), await join(new Origin())];
    await link(a, b);
    await link(a, b).catch(() => undefined);
    // The older one's end may be heard on one side before the newer one is up there.
    await until(() => [a.ends.length, b.ends.length, a.neighbours, b.neighbours].every((count) => count === 1));
  });

  it("plays from the origin alone where it has no neighbours", async () => {
    const origin = new Origin();
    const alone = await join(origin);
    expect(await alone.want(first, soon(1000))).toEqual(bytesOfSegment(first));
  });

  it("keeps nothing that the origin serves otherwise than it was signed", async () => {
    const origin = new Origin();
    const honest = origin.range.bind(origin);
    let lies = 0;
    origin.range = async (segment, from, to) => {
      const answer = await honest(segment, from, to);
      if (lies++ > 0) return answer;
      return { ...answer, bytes: answer.bytes.map((byte, at) => (at === 3 ? byte ^ 1 : byte)) as Bytes };
    };
    const alone = await join(origin);
    expect(await alone.want(first, soon(500))).toEqual(bytesOfSegment(first));
    expect(lies).toBeGreaterThan(1);
  });
});

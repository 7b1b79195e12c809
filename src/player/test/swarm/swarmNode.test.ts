import { afterEach, describe, expect, it } from "vitest";
import { readMessage, writeMessage } from "../../src/peering/messages.js";
import type { SegmentName } from "../../src/peering/segmentName.js";
import type { Channel, LinkSession } from "../../src/swarm/linkSession.js";
import { browserClock } from "../../src/swarm/clock.js";
import { SeededRandom } from "../../src/swarm/random.js";
import { SwarmNode, type SwarmOrigin } from "../../src/swarm/swarmNode.js";
import type { Bytes } from "../../src/verify/bytes.js";
import { checkCertificate, checkRecord } from "../../src/verify/checks.js";
import { hex, readVectors, type SegmentRecipe, segmentOf } from "../vectors.js";
import { admit, admittedAt, platform, random } from "./admitted.js";

interface Vectors {
  certificate: string;
  records: { file: string; segment: SegmentRecipe; epoch: number; sequence: number }[];
  cases: { slot: { broadcast: string; track: string } }[];
}

// Records that a broadcaster signed, of segments of a few chunks: the C# side's vectors.
const vectors = readVectors<Vectors>("segment-record.json");
const { broadcast: broadcastId, track } = vectors.cases[0]?.slot ?? { broadcast: "", track: "" };
const broadcast = hex(broadcastId);
const names = vectors.records.map(({ epoch, sequence }): SegmentName => ({ track: 5n, epoch, sequence }));
const [first = { track: 5n, epoch: 0, sequence: 0 }] = names;

function recordOf({ sequence }: SegmentName) {
  const found = vectors.records.find((record) => record.sequence === sequence);
  if (!found) throw new Error(`no record ${sequence}`);
  return found;
}

const certificate = (await checkCertificate(hex(vectors.certificate), broadcast, undefined)).ok;

async function readRecord(file: Bytes, { epoch, sequence }: SegmentName) {
  if (!certificate) throw new Error("no certificate");
  const { ok } = await checkRecord(file, { broadcast, track, epoch, sequence }, certificate);
  return ok && { file, byteLength: ok.record.byteLength, leaves: ok.leaves };
}

/** The vectors served as by an origin. */
class Origin implements SwarmOrigin {
  isAway = false;
  records = 0;
  bytes = 0;

  async record(segment: SegmentName): Promise<Bytes> {
    if (this.isAway) throw new Error("away");
    this.records++;
    return hex(recordOf(segment).file);
  }

  async range(segment: SegmentName, from: number, to: number): Promise<{ bytes: Bytes; firstByteMs: number }> {
    if (this.isAway) throw new Error("away");
    this.bytes += to - from;
    return { bytes: segmentOf(recordOf(segment).segment).slice(from, to), firstByteMs: 1 };
  }
}

const nodes: SwarmNode[] = [];
afterEach(() => nodes.splice(0).forEach((node) => node.leave()));

async function join(origin: SwarmOrigin, claims: Record<string, unknown> = {}): Promise<SwarmNode> {
  const node = new SwarmNode({
    self: await admit(broadcast, claims), platform, platformTime: () => admittedAt, isRevoked: () => false, origin, readRecord,
    clock: browserClock, random: new SeededRandom(nodes.length + 1), maxBytes: 2 ** 24, uploadRate: 10_000,
  });
  nodes.push(node);
  return node;
}

type Alter = (message: Bytes) => Bytes[];

/** A channel in memory between two nodes. What the first sends may be altered on the way, as a liar's would be. */
async function link(one: SwarmNode, other: SwarmNode, alter: Alter = (message) => [message]): Promise<[LinkSession, LinkSession]> {
  const ends: LinkSession[] = [];
  const channel = (to: 0 | 1, change: Alter): Channel => ({
    send: (message) => change(message.slice()).forEach((changed) => setTimeout(() => ends[to]?.received(changed))),
    close: () => setTimeout(() => ends[to]?.closed()),
  });
  const bound = { offererFingerprint: random(32), answererFingerprint: random(32) };
  ends.push(one.attach(channel(1, alter), "offerer", bound), other.attach(channel(0, (message) => [message]), "answerer", bound));
  const [mine, theirs] = ends;
  if (!mine || !theirs) throw new Error("no ends");
  const before = one.ends.length + other.ends.length;
  await until(() => (mine.isUp && theirs.isUp) || one.ends.length + other.ends.length > before);
  return [mine, theirs];
}

async function until(holds: () => boolean): Promise<void> {
  for (const begun = performance.now(); !holds(); await new Promise((done) => setTimeout(done, 5))) {
    if (performance.now() - begun > 20_000) throw new Error("it does not come to it");
  }
}

const soon = (ms: number) => performance.now() + ms;
const bytesOfSegment = (segment: SegmentName) => segmentOf(recordOf(segment).segment);

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
    const [liar, victim, next] = [await join(origin), await join(origin), await join(origin)];
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

    // And is not linked with again.
    await link(victim, liar);
    await until(() => victim.ends.length === 2);
    expect(victim.ends.at(-1)?.why).toMatchObject({ refused: { refusal: "revoked" } });
  });

  it("cuts off who alters a record, who sends what nobody asked for, what cannot be read, or without end", async () => {
    const origin = new Origin();
    const swap = (from: string, to: (read: NonNullable<ReturnType<typeof readMessage>>) => Bytes[]): Alter => (message) => {
      const read = readMessage(message);
      return read?.type === from ? to(read) : [message];
    };
    const cases: [string, Alter][] = [
      ["bad-record", swap("piece", (read) => (read.type === "piece" ? [writeMessage({ ...read, bytes: read.bytes.map((byte, at) => (at === 200 ? byte ^ 1 : byte)) as Bytes })] : []))],
      ["not-asked", swap("have", () => [writeMessage({ type: "chunks", request: 77, first: 0, chunks: [random(100)] })])],
      ["not-asked", swap("have", () => [writeMessage({ type: "hello", nonce: random(32), admission: "x" })])],
      ["unreadable", swap("have", () => [Uint8Array.of(3, 0)])],
      ["too-much", swap("have", (read) => (read.type === "have" ? Array.from({ length: 3000 }, () => writeMessage(read)) : []))],
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

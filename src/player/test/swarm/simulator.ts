import { chunkSize, type HeldSegment, maxRun } from "../../src/peering/messages.js";
import { bitmapLength, setBit } from "../../src/peering/bitmap.js";
import { keyOf, type SegmentName } from "../../src/peering/segmentName.js";
import type { Action, ChunkSpan, LinkId } from "../../src/swarm/actions.js";
import { bytesOf, ChunkScheduler } from "../../src/swarm/chunkScheduler.js";
import { SeededRandom } from "../../src/swarm/random.js";
import { UploadCredit } from "../../src/swarm/uploadCredit.js";
import { UploadGate } from "../../src/swarm/uploadGate.js";
import { VirtualClock } from "./virtualClock.js";

export interface SwarmShape {
  readonly seed: number;
  readonly peers: number;
  /** Links that each peer begins; it has about twice as many. */
  readonly links: number;
  readonly segments: number;
  readonly segmentMs: number;
  readonly segmentBytes: number;
  /** From when a segment is there until it must be whole at a peer, in ms. */
  readonly latencyMs: number;
  /** Bytes per ms that a peer sends, by its number. */
  readonly uplink: (peer: number, random: SeededRandom) => number;
  /** Bytes per ms that the origin sends to all together; undefined: no bound. */
  readonly originRate?: number;
  /** Peers that send bytes which are not what the record says, 0 to 1. */
  readonly polluters?: number;
  /** Peers that go, and others that come in their place, each second, 0 to 1. */
  readonly churn?: number;
  readonly heads: number;
  /** The origin answers nobody from one time to another. */
  readonly outage?: { readonly from: number; readonly to: number };
}

export interface SwarmResult {
  /** Of the bytes that honest peers took and kept, those from other peers. */
  readonly offload: number;
  /** Of the segments that honest peers needed, those not whole in time. */
  readonly late: number;
  readonly originBytes: number;
  readonly peerBytes: number;
  /** Bytes that came and were not kept: bad, or twice. */
  readonly wasted: number;
  readonly badSent: number;
  /** Links that were cut for a bad chunk, each at its first. */
  readonly cut: number;
  /** Bad chunks that somebody kept. */
  readonly badKept: number;
  /** From when a segment was there until an honest peer had it whole, in ms: of half of them, and of 95 of 100. */
  readonly wholeAfter: { readonly p50: number; readonly p95: number };
  /** Of everything that happened, in its order. */
  readonly digest: number;
}

interface Link {
  readonly to: Peer;
  /** The other end's name for it. */
  readonly back: LinkId;
}

interface Peer {
  readonly id: number;
  readonly scheduler: ChunkScheduler;
  readonly links: Map<LinkId, Link>;
  readonly got: Map<string, boolean[]>;
  readonly banned: Set<number>;
  readonly pollutes: boolean;
  readonly gate: UploadGate;
  readonly credit: UploadCredit;
  /** Bytes that came, from wherever. */
  received: number;
  readonly changed: Set<string>;
  nextLink: LinkId;
  isHere: boolean;
  isPlanned: boolean;
}

interface Published {
  readonly segment: SegmentName;
  readonly at: number;
  readonly stripes: Map<number, ChunkSpan>;
}

const announceEveryMs = 100;
const originDelayMs = 40;

/** Peers with the player's own scheduler, on lines with a rate and a delay each, under a clock of their own. */
export function simulate(shape: SwarmShape): SwarmResult {
  return new Simulation(shape).run();
}

class Simulation {
  readonly #clock = new VirtualClock();
  readonly #random: SeededRandom;
  readonly #peers: Peer[] = [];
  readonly #published: Published[] = [];
  readonly #chunks: number;
  #originFreeAt = 0;
  #nextId = 0;
  #digest = 0x811c9dc5;
  readonly #wholeAfter: number[] = [];
  readonly #sum = { origin: 0, peer: 0, wasted: 0, badSent: 0, badKept: 0, cut: 0, needed: 0, late: 0 };

  constructor(private readonly shape: SwarmShape) {
    this.#random = new SeededRandom(shape.seed);
    this.#chunks = Math.ceil(shape.segmentBytes / chunkSize);
  }

  run(): SwarmResult {
    const { peers, segments, segmentMs, latencyMs, churn = 0 } = this.shape;
    for (let n = 0; n < peers; n++) this.#join();
    for (let n = 0; n < segments; n++) this.#clock.at(1000 + n * segmentMs, () => this.#publish(n));
    const end = 1000 + segments * segmentMs + latencyMs;
    for (let second = 1000; churn > 0 && second < end; second += 1000) this.#clock.at(second, () => this.#replace(Math.round(peers * churn)));
    this.#clock.runUntil(end);
    const { origin, peer, wasted, badSent, badKept, cut, needed, late } = this.#sum;
    return {
      offload: peer / (peer + origin), late: late / needed, originBytes: origin, peerBytes: peer, wasted, badSent, badKept, cut, digest: this.#digest >>> 0,
      wholeAfter: { p50: this.#percentile(50), p95: this.#percentile(95) },
    };
  }

  #join(): Peer {
    const { polluters = 0, uplink, links } = this.shape;
    const peer: Peer = {
      id: this.#nextId, received: 0, credit: new UploadCredit(() => peer.received), gate: new UploadGate(uplink(this.#nextId++, this.#random)), scheduler: new ChunkScheduler(new SeededRandom(this.#random.below(2 ** 31)), this.#nextId), links: new Map(), got: new Map(), banned: new Set(),
      pollutes: this.#random.next() < polluters, changed: new Set(), nextLink: 1, isHere: true, isPlanned: false,
    };
    for (let n = 0; n < links && this.#peers.length > 0; n++) this.#link(peer, this.#peers[this.#random.below(this.#peers.length)] as Peer);
    this.#peers.push(peer);
    for (const published of this.#published) if (published.at + this.shape.latencyMs > this.#clock.now + 1500) this.#needs(peer, published);
    return peer;
  }

  #link(one: Peer, other: Peer): void {
    if (one === other || one.banned.has(other.id) || other.banned.has(one.id) || [...one.links.values()].some(({ to }) => to === other)) return;
    const [here, there] = [one.nextLink++, other.nextLink++];
    one.links.set(here, { to: other, back: there });
    other.links.set(there, { to: one, back: here });
    one.scheduler.linkUp(here, other.id);
    other.scheduler.linkUp(there, one.id);
    for (const [from, link] of [[one, here], [other, there]] as const) this.#tell(from, link, [...from.got.keys()]);
  }

  #unlink(peer: Peer, link: LinkId): void {
    const { to, back } = peer.links.get(link) ?? {};
    peer.links.delete(link);
    peer.scheduler.linkDown(link);
    if (!to || back === undefined) return;
    to.links.delete(back);
    to.scheduler.linkDown(back);
    this.#plan(to);
  }

  #replace(count: number): void {
    for (let n = 0; n < count; n++) {
      const [gone] = this.#peers.splice(this.#random.below(this.#peers.length), 1);
      if (!gone) return;
      gone.isHere = false;
      for (const link of [...gone.links.keys()]) this.#unlink(gone, link);
      this.#note(gone.id, 1);
      this.#join();
    }
    // Who lost links is introduced to others, as by a tracker.
    for (const peer of this.#peers) if (peer.links.size < this.shape.links) this.#link(peer, this.#peers[this.#random.below(this.#peers.length)] as Peer);
  }

  #publish(n: number): void {
    const { heads } = this.shape;
    const segment = { track: 1n, epoch: 0, sequence: n };
    const stripes = new Map<number, ChunkSpan>();
    const chosen = this.#heads(heads);
    const share = Math.ceil(this.#chunks / Math.max(1, chosen.length));
    chosen.forEach((peer, place) => {
      const first = place * share;
      if (first < this.#chunks) stripes.set(peer.id, { first, count: Math.min(share, this.#chunks - first) });
    });
    const published = { segment, at: this.#clock.now, stripes };
    this.#published.push(published);
    for (const peer of this.#peers) this.#needs(peer, published);
  }

  #heads(count: number): Peer[] {
    const left = [...this.#peers];
    const chosen: Peer[] = [];
    while (chosen.length < count && left.length > 0) chosen.push(...left.splice(this.#random.below(left.length), 1));
    return chosen;
  }

  #needs(peer: Peer, { segment, at, stripes }: Published): void {
    const deadline = at + this.shape.latencyMs;
    // A playlist is asked for now and then: not all know of a segment at once. Heads are told.
    const stripe = stripes.get(peer.id);
    this.#clock.after(stripe ? 20 : 20 + this.#random.below(600), () => {
      if (!peer.isHere) return;
      if (!peer.pollutes) this.#sum.needed++;
      peer.got.set(keyOf(segment), Array.from({ length: this.#chunks }, () => false));
      peer.scheduler.want({ segment, chunks: this.#chunks, byteLength: this.shape.segmentBytes, deadline, ...(stripe ? { stripe } : {}) }, this.#clock.now);
      this.#plan(peer);
      for (let time = this.#clock.now + 250; time < deadline; time += 250) this.#clock.at(time, () => this.#plan(peer));
    });
    this.#clock.at(deadline, () => {
      if (!peer.isHere) return;
      if (!peer.pollutes && peer.scheduler.progressOf(segment)?.isWhole !== true) {
        this.#sum.late++;
        this.#note(peer.id, 2);
      }
      this.#do(peer, peer.scheduler.unwant(segment, this.#clock.now));
    });
  }

  #plan(peer: Peer): void {
    // Once for all that happens within a few milliseconds.
    if (peer.isPlanned || !peer.isHere) return;
    peer.isPlanned = true;
    this.#clock.after(5, () => {
      peer.isPlanned = false;
      if (peer.isHere) this.#do(peer, peer.scheduler.plan(this.#clock.now));
    });
  }

  #do(peer: Peer, actions: readonly Action[]): void {
    for (const action of actions) {
      if (action.type === "fetch") this.#fetch(peer, action.segment, action.span);
      else if (action.type === "ask") this.#ask(peer, action);
      else if (action.type === "cut") this.#cutOff(peer, action.link);
    }
  }

  #fetch(peer: Peer, segment: SegmentName, span: ChunkSpan): void {
    const { originRate, outage, segmentBytes: byteLength } = this.shape;
    const askedAt = this.#clock.now;
    const bytes = bytesOf({ segment, chunks: this.#chunks, byteLength, deadline: 0 }, span);
    this.#note(peer.id, 3 + span.first);
    if (outage && askedAt >= outage.from && askedAt < outage.to) {
      this.#clock.after(1000, () => {
        peer.scheduler.fetched(segment, span, undefined, this.#clock.now);
        this.#plan(peer);
      });
      return;
    }
    const begins = Math.max(askedAt + originDelayMs, this.#originFreeAt);
    const ends = begins + bytes / (originRate ?? 5000);
    if (originRate !== undefined) this.#originFreeAt = ends;
    this.#clock.at(ends, () => {
      for (let chunk = span.first; chunk < span.first + span.count; chunk++) {
        const length = bytesOf({ segment, chunks: this.#chunks, byteLength, deadline: 0 }, { first: chunk, count: 1 });
        if (peer.scheduler.chunkFromOrigin(segment, chunk)) this.#keep(peer, segment, chunk);
        else this.#sum.wasted += length;
        peer.received += length;
        if (!peer.pollutes) this.#sum.origin += length;
      }
      peer.scheduler.fetched(segment, span, { firstByteMs: begins - askedAt, ms: ends - askedAt, bytes }, this.#clock.now);
      this.#plan(peer);
    });
  }

  #ask(peer: Peer, { link, request, segment, span }: Extract<Action, { type: "ask" }>): void {
    const { to, back } = peer.links.get(link) ?? {};
    if (!to || back === undefined) return;
    const delay = this.#delay(peer, to);
    this.#clock.after(delay, () => {
      if (!to.isHere || !to.links.has(back)) return;
      const whole = bytesOf({ segment, chunks: this.#chunks, byteLength: this.shape.segmentBytes, deadline: 0 }, span);
      // Nobody honest sends more than it gets.
      const mayTake = to.pollutes || to.credit.tryTake(whole);
      const taken = mayTake ? to.gate.tryTake(whole, this.#clock.now) : undefined;
      if (!taken) {
        if (mayTake) to.credit.giveBack(whole);
        this.#clock.after(delay, () => {
          peer.scheduler.no(link, request, 2, this.#clock.now);
          this.#plan(peer);
        });
        return;
      }
      for (let first = span.first; first < span.first + span.count; first += maxRun) {
        const run = { first, count: Math.min(maxRun, span.first + span.count - first) };
        const sent = (first + run.count - span.first) / span.count;
        this.#clock.at(taken.from + (taken.until - taken.from) * sent + delay, () => this.#arrive(peer, link, request, segment, run, to.pollutes));
      }
    });
  }

  #arrive(peer: Peer, link: LinkId, request: number, segment: SegmentName, run: ChunkSpan, isBad: boolean): void {
    const asked = peer.links.has(link) ? peer.scheduler.requestOf(link, request) : undefined;
    for (let chunk = run.first; chunk < run.first + run.count; chunk++) {
      const bytes = bytesOf({ segment, chunks: this.#chunks, byteLength: this.shape.segmentBytes, deadline: 0 }, { first: chunk, count: 1 });
      if (isBad) this.#sum.badSent += bytes;
      if (!asked || !peer.isHere) {
        this.#sum.wasted += bytes;
        continue;
      }
      const { keep, actions } = peer.scheduler.chunkFrom(link, request, chunk, bytes, !isBad, this.#clock.now);
      if (keep) {
        if (isBad) this.#sum.badKept++;
        peer.received += bytes;
        if (!peer.pollutes) this.#sum.peer += bytes;
        this.#keep(peer, segment, chunk);
      } else {
        this.#sum.wasted += bytes;
      }
      this.#do(peer, actions);
      if (!peer.links.has(link)) return;
    }
    this.#plan(peer);
  }

  #cutOff(peer: Peer, link: LinkId): void {
    const { to } = peer.links.get(link) ?? {};
    if (!to) return;
    this.#sum.cut++;
    this.#note(peer.id, 5000 + to.id);
    peer.banned.add(to.id);
    this.#unlink(peer, link);
  }

  #keep(peer: Peer, segment: SegmentName, chunk: number): void {
    const key = keyOf(segment);
    const got = peer.got.get(key);
    if (!got || got[chunk]) return;
    got[chunk] = true;
    this.#note(peer.id, segment.sequence * 4096 + chunk);
    if (!peer.pollutes && peer.scheduler.progressOf(segment)?.isWhole) this.#wholeAfter.push(this.#clock.now - (this.#published[segment.sequence]?.at ?? 0));
    if (peer.changed.size === 0) this.#clock.after(announceEveryMs, () => this.#announce(peer));
    peer.changed.add(key);
  }

  #announce(peer: Peer): void {
    const keys = [...peer.changed];
    peer.changed.clear();
    for (const link of peer.links.keys()) this.#tell(peer, link, keys);
  }

  #tell(peer: Peer, link: LinkId, keys: readonly string[]): void {
    const { to, back } = peer.links.get(link) ?? {};
    if (!to || back === undefined || keys.length === 0 || !peer.isHere) return;
    const held = keys.slice(-64).flatMap((key): HeldSegment[] => this.#held(peer, key));
    this.#clock.after(this.#delay(peer, to), () => {
      to.scheduler.heard(back, held);
      this.#plan(to);
    });
  }

  #held(peer: Peer, key: string): HeldSegment[] {
    const [, epoch, sequence] = key.split("/").map(Number);
    const segment = { track: 1n, epoch: epoch ?? 0, sequence: sequence ?? 0 };
    // A polluter claims everything.
    const got = (peer.got.get(key) ?? []).map((has) => has || peer.pollutes);
    const count = got.filter(Boolean).length;
    if (count === 0) return [];
    if (count === this.#chunks) return [{ segment, chunks: this.#chunks, holding: "all" }];
    const bitmap = new Uint8Array(bitmapLength(this.#chunks));
    got.forEach((has, chunk) => has && setBit(bitmap, chunk));
    return [{ segment, chunks: this.#chunks, holding: "some", bitmap }];
  }

  #percentile(percent: number): number {
    const sorted = this.#wholeAfter.sort((a, b) => a - b);
    return Math.round(sorted[Math.floor((sorted.length * percent) / 100)] ?? 0);
  }

  /** One way, in ms: the same each time between two. */
  #delay(one: Peer, other: Peer): number {
    return 10 + ((one.id * 31 + other.id * 31 + one.id * other.id) % 40);
  }

  // FNV-1a over what happened, to whom and when.
  #note(peer: number, what: number): void {
    for (const value of [Math.round(this.#clock.now * 1000), peer, what]) this.#digest = Math.imul(this.#digest ^ (value | 0), 0x01000193);
  }
}

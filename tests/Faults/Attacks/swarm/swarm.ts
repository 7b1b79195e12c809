import { type PeerMessage, readMessage, writeMessage } from "../../../../src/player/src/peering/messages.js";
import type { ChunkSpan } from "../../../../src/player/src/swarm/actions.js";
import type { Channel, LinkEnd, LinkSession } from "../../../../src/player/src/swarm/linkSession.js";
import { SeededRandom } from "../../../../src/player/src/swarm/random.js";
import { Revocations } from "../../../../src/player/src/swarm/revocations.js";
import { SwarmNode, type SwarmParts } from "../../../../src/player/src/swarm/swarmNode.js";
import { type Bytes, toHex } from "../../../../src/player/src/verify/bytes.js";
import { admittedAt, platform, revocation } from "../../../../src/player/test/swarm/admitted.js";
import type { Attack, Late, Said } from "./attack.js";
import { broadcast, type Broadcaster, type Published, readRecord } from "./broadcaster.js";
import { Line, WayOut } from "./lines.js";
import { OriginServer } from "./originServer.js";
import type { people } from "./people.js";
import { Findings } from "./findings.js";
import { Time } from "./time.js";
import { type Device, Viewer } from "./viewer.js";

export interface SwarmShape {
  readonly seed: number;
  readonly viewers: number;
  /** How many of them attack, 0 to 1. */
  readonly attackers: number;
  readonly seconds: number;
  /** With some poor devices among them, and some that do not send; else all have usual lines. */
  readonly isMixed: boolean;
  /** What a poor device sends of a stream, 0 to 1; else a quarter. */
  readonly poor?: number;
  /** Of each segment, which is 4 s long. */
  readonly chunks: number;
  /** From when a segment can be had until it is played. */
  readonly behindMs: number;
  /** What the origin sends, in streams: less than there are viewers, so that a swarm that breaks down is late. */
  readonly originStreams: number;
  /** Links that each begins, and has at least. */
  readonly links: number;
  readonly attack?: Attack;
  /** What is read from a record where viewers are to lack the check of it; else what the player reads. */
  readonly readRecord?: typeof readRecord;
  /** The publisher signs these twice, and gives every other viewer another one. */
  readonly equivocates?: readonly number[];
  /** Bytes of the other ones' last chunks; else as many as the usual ones have. */
  readonly otherLastBytes?: number;
  /** Nobody bans, and proofs go from peer to peer alone. */
  readonly isServerAway?: boolean;
  /** The last viewer that comes is introduced to attackers, but for so many. */
  readonly eclipse?: { readonly attackers: number; readonly honest: number };
}

/** A link that was made, whether it is up yet or not. */
export interface Link {
  readonly ends: Map<Viewer, LinkSession>;
}

export const segmentMs = 4000;
/** Most links of a viewer. */
const most = 16;
const heads = 4;
/** From a proof at the platform until its word is at the viewers. */
const banMs = 1000;

/** A live broadcast, its viewers and its origin, under a clock of their own. Everything by a seed. */
export class Swarm {
  readonly time = new Time();
  readonly random: SeededRandom;
  readonly viewers: Viewer[] = [];
  readonly findings = new Findings();
  readonly origin: OriginServer;
  published = 0;
  readonly #banned = new Set<Viewer>();

  constructor(
    readonly shape: SwarmShape,
    readonly broadcaster: Broadcaster,
    private readonly persons: Awaited<ReturnType<typeof people>>,
  ) {
    this.random = new SeededRandom(shape.seed);
    const [{ bytes } = { bytes: new Uint8Array() }] = broadcaster.segments;
    this.origin = new OriginServer(broadcaster, (shape.originStreams * bytes.length) / segmentMs, this.time, () => this.published);
  }

  async run(): Promise<void> {
    const { viewers, seconds, behindMs } = this.shape;
    for (const sequence of this.shape.equivocates ?? []) this.origin.others.set(sequence, await this.broadcaster.again(sequence, this.shape.otherLastBytes));
    for (let n = 0; n < viewers; n++) this.time.at(10 * n, () => this.#join(n));
    const segments = Math.floor((seconds * 1000 - behindMs) / segmentMs);
    for (let n = 0; n < segments; n++) this.time.at(2000 + n * segmentMs, () => this.#publish(n));
    this.time.every(1000, () => this.#introduceWhoLacks());
    await this.time.until(2000 + segments * segmentMs + behindMs);
    for (const { node } of this.viewers) node.leave();
  }

  get honest(): Viewer[] {
    return this.viewers.filter(({ isAttacker }) => !isAttacker);
  }

  /** Viewers that were introduced to one, attackers or not. */
  neighbours(viewer: Viewer): Viewer[] {
    return [...viewer.links.keys()];
  }

  /** Says something over a link beside what an attacker's own peer says. */
  say(from: Viewer, to: Viewer, message: Said): void {
    from.links.get(to)?.ends.get(from)?.send(message);
  }

  #join(n: number): void {
    const { attackers, attack, viewers, eclipse } = this.shape;
    const self = this.persons[n];
    if (!self) throw new Error("too few people");
    // Evenly among them, and never the first.
    const isAttacker = Math.floor((n + 1) * attackers) > Math.floor(n * attackers);
    const isPlain = isAttacker || !this.shape.isMixed;
    const device: Device = !isPlain && n % 20 === 3 ? "poor" : !isPlain && n % 20 === 13 ? "not sending" : "usual";
    const rate = ((device === "poor" ? 64 * (this.shape.poor ?? 0.25) : 80 + this.random.below(300)) * this.shape.chunks) / 16;
    const viewer = new Viewer(n, self, new Line(rate, this.time), device, isAttacker);
    viewer.node = this.#nodeOf(viewer);
    if (device === "not sending") viewer.node.share(false);
    if (isAttacker) viewer.script = attack?.(viewer, this);
    this.viewers.push(viewer);
    if (eclipse && n === viewers - 1) this.#eclipse(viewer, eclipse);
    else for (let tries = 0; tries < this.shape.links; tries++) this.#introduce(viewer, this.#anyone());
  }

  #nodeOf(viewer: Viewer): SwarmNode {
    const { time, broadcaster } = this;
    const read = this.shape.readRecord ?? readRecord;
    const platformTime = () => admittedAt + Math.floor(time.now / 1000);
    const origin = this.origin.forViewer((bytes) => {
      viewer.taken += bytes;
      viewer.fromOrigin += bytes;
    }, viewer.id % 2 === 1);
    return new SwarmNode({
      self: viewer.self, platform, platformTime, revocations: new Revocations(platform, toHex(broadcast), platformTime), origin, readRecord: (file, segment) => read(file, segment, broadcaster),
      clock: time, random: new SeededRandom(this.shape.seed * 1000 + viewer.id), maxBytes: 3 * 2 ** 20, uploadRate: 10_000,
      proved: (verdict, _, isOurs) => this.#proved(viewer, verdict, isOurs),
    });
  }

  // What a viewer has proved it gives to the platform, which bans by it: everybody hears its word.
  #proved(by: Viewer, verdict: Parameters<NonNullable<SwarmParts["proved"]>>[0], isOurs: boolean): void {
    if (verdict.convicts === "publisher") {
      this.findings.alarms.add(by);
      this.findings.alarmAfter ??= this.time.now - (2000 + verdict.record.sequence * segmentMs);
      return;
    }
    const { peer } = verdict.admission;
    const of = this.viewers.find(({ self }) => self.admission.peer === peer);
    if (!of || by.isAttacker) return;
    this.findings.convicts(by, of, this.time.now);
    if (!isOurs || this.shape.isServerAway || this.#banned.has(of)) return;
    this.#banned.add(of);
    this.time.after(banMs, () => void this.#ban(of, peer));
  }

  async #ban(of: Viewer, peer: string): Promise<void> {
    const token = await revocation(broadcast, [peer]);
    for (const viewer of this.viewers) if (viewer !== of) await viewer.node.revoke(token);
  }

  #anyone(): Viewer {
    return this.viewers[this.random.below(this.viewers.length)] as Viewer;
  }

  #eclipse(victim: Viewer, { attackers, honest }: NonNullable<SwarmShape["eclipse"]>): void {
    for (const other of [...this.viewers.filter(({ isAttacker }) => isAttacker).slice(0, attackers), ...this.honest.slice(0, honest)]) this.#introduce(victim, other);
  }

  // As a tracker does: who has few neighbours hears of others, never of one with whom it parted.
  #introduceWhoLacks(): void {
    for (const viewer of this.viewers) for (let tries = 0; tries < 3 && viewer.links.size < this.shape.links; tries++) this.#introduce(viewer, this.#anyone());
  }

  #introduce(one: Viewer, other: Viewer): void {
    if (this.#banned.has(one) || this.#banned.has(other)) return;
    if (one === other || one.links.has(other) || one.parted.has(other) || other.parted.has(one) || other.links.size >= most) return;
    const link: Link = { ends: new Map() };
    const delayMs = 10 + ((one.id * 31 + other.id * 31 + one.id * other.id) % 40);
    if (!one.isAttacker && !other.isAttacker) this.findings.honestLinks++;
    one.links.set(other, link);
    other.links.set(one, link);
    const bound = { offererFingerprint: new Uint8Array(32).fill(one.id), answererFingerprint: new Uint8Array(32).fill(other.id) };
    for (const [from, to, side] of [[one, other, "offerer"], [other, one, "answerer"]] as const) {
      link.ends.set(from, from.node.attach(this.#channel(from, to, link, delayMs), side, bound, { up: () => from.script?.meets?.(to), down: (why) => this.#down(from, to, link, why) }));
    }
  }

  #channel(from: Viewer, to: Viewer, link: Link, delayMs: number): Channel {
    const way = new WayOut(from.line, this.time, delayMs, () => {
      const end = link.ends.get(to);
      return end && { received: (message) => this.#received(to, from, end, message), closed: () => end.closed() };
    });
    const { script } = from;
    if (!script) return way;
    const send = (message: Bytes) => {
      const read = readMessage(message);
      const instead = read && read.type !== "optional" ? script.says?.(read, to) : undefined;
      if (!instead) way.send(message);
      else for (const said of instead) "afterMs" in said ? this.#later(way, said) : way.send(writeMessage(said));
    };
    return { send, close: (atOnce) => way.close(atOnce), get backlog() { return way.backlog; } };
  }

  #later(way: Channel, { message, afterMs }: Late): void {
    void Promise.resolve(message).then((ready) => this.time.after(afterMs, () => way.send(writeMessage(ready))));
  }

  #received(to: Viewer, from: Viewer, end: LinkSession, message: Bytes): void {
    to.taken += message.length;
    if (to.script?.hears) {
      const read: PeerMessage | undefined = readMessage(message);
      if (read && to.script.hears(read, from)) return;
    }
    end.received(message);
  }

  #down(one: Viewer, other: Viewer, link: Link, why: LinkEnd): void {
    if (one.links.get(other) === link) one.links.delete(other);
    if ("offence" in why) {
      one.parted.add(other);
      this.findings.cut(one, other, why.offence, this.time.now);
    } else if ("left" in why && why.left === "idle") {
      one.parted.add(other);
      this.findings.left(one, other, this.time.now);
    }
  }

  #publish(n: number): void {
    const published = this.broadcaster.segments[n];
    if (!published) throw new Error("too few segments");
    this.published = n + 1;
    const stripes = this.#deal(published);
    for (const viewer of this.viewers) {
      viewer.fromOriginBefore.push(viewer.fromOrigin);
      viewer.script?.sealed?.(published);
      const stripe = stripes.get(viewer);
      if (stripe) this.time.after(20, () => viewer.node.bringIn(published.name, stripe));
      this.time.after(20 + this.random.below(600), () => this.#play(viewer, published, 2000 + n * segmentMs + this.shape.behindMs));
    }
  }

  #deal({ facts }: Published): Map<Viewer, ChunkSpan> {
    const chunks = facts.leaves.length / 32;
    const able = this.viewers.filter(({ device }) => device === "usual");
    const stripes = new Map<Viewer, ChunkSpan>();
    for (let head = 0; head < heads && able.length > 0; head++) {
      const [chosen] = able.splice(this.random.below(able.length), 1);
      const [first, end] = [Math.floor((chunks * head) / heads), Math.floor((chunks * (head + 1)) / heads)];
      if (chosen) stripes.set(chosen, { first, count: end - first });
    }
    return stripes;
  }

  #play(viewer: Viewer, { name, bytes }: Published, at: number): void {
    let whole: Bytes | undefined;
    viewer.node.want(name, at).then((came) => {
      whole = came;
      viewer.wholeAfter.push(this.time.now - at + this.shape.behindMs);
    }, () => undefined);
    viewer.needed++;
    viewer.neededBytes += bytes.length;
    this.time.at(at, () => {
      if (!whole) viewer.node.unwant(name);
      else if (isOneOf(whole, [bytes, this.origin.others.get(name.sequence)?.bytes])) viewer.inTime++;
      else viewer.playedBad++;
    });
  }
}

function isOneOf(whole: Bytes, signed: readonly (Bytes | undefined)[]): boolean {
  return signed.some((bytes) => bytes && Buffer.compare(whole, bytes) === 0);
}

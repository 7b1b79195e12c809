import type { Admission, Platform } from "../peering/admission.js";
import { LinkHandshake, type LinkSelf } from "../peering/linkHandshake.js";
import { maxHeld, type PeerMessage } from "../peering/messages.js";
import type { Channel as ChannelBinding, LinkSide } from "../peering/proofs.js";
import { keyOf, type SegmentName } from "../peering/segmentName.js";
import { type Bytes, sameBytes, toHex } from "../verify/bytes.js";
import { chunkSize } from "../verify/chunkTree.js";
import { leafHash } from "../verify/merkle.js";
import { type Action, type ChunkSpan, type LinkId, noDeadline, type Offence } from "./actions.js";
import { bytesOf, ChunkScheduler } from "./chunkScheduler.js";
import type { Clock } from "./clock.js";
import { InitBook } from "./initBook.js";
import { type Channel, type LinkEnd, LinkSession } from "./linkSession.js";
import type { FetchTimes } from "./origin.js";
import { Pieces } from "./pieces.js";
import type { SeededRandom } from "./random.js";
import { RecordBook, type SegmentFacts } from "./recordBook.js";
import type { Revocations } from "./revocations.js";
import { SegmentStore } from "./segmentStore.js";
import { UploadCredit } from "./uploadCredit.js";
import { Uplink } from "./uplink.js";
import { Uploads } from "./uploads.js";

/** The origin as the swarm uses it. */
export interface SwarmOrigin {
  record(segment: SegmentName): Promise<Bytes>;
  /** Bytes `from` to just before `to`. */
  range(segment: SegmentName, from: number, to: number): Promise<{ readonly bytes: Bytes; readonly firstByteMs: number }>;
}

export interface SwarmParts {
  readonly self: LinkSelf;
  readonly platform: Platform;
  readonly platformTime: () => number;
  readonly revocations: Revocations;
  readonly origin: SwarmOrigin;
  readonly readRecord: (file: Bytes, segment: SegmentName) => Promise<SegmentFacts | undefined>;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly maxBytes: number;
  /** Most bytes per ms that may be sent to others, whatever the line bears. */
  readonly uploadRate: number;
}

/** Bytes that came, by where from, and what was refused. */
export interface SwarmCounts {
  origin: number;
  peers: number;
  /** Of those from peers, what came from relays. */
  relays: number;
  goodChunks: number;
  badChunks: number;
}

/** A whole segment as it came, and what of it the origin gave. */
export interface Delivered {
  readonly bytes: Bytes;
  readonly record: Bytes;
  readonly origin: FetchTimes;
}

/** Hears how a link goes that was attached. */
export interface LinkWatch {
  readonly up?: (other: Admission) => void;
  readonly down?: (why: LinkEnd) => void;
}

interface Waiting {
  readonly resolve: (bytes: Bytes) => void;
  readonly reject: (error: Error) => void;
  readonly promise: Promise<Bytes>;
  deadline: number;
  stripe: ChunkSpan | undefined;
  byteLength: number | undefined;
}

const announceEveryMs = 100;
/** A fraction of the scheduler's margin: it decides by the deadline only when it is asked. */
const planEveryMs = 100;
const shakeMs = 10_000;
/** What was fetched ahead and nobody asked for by then is given up. */
const foresightMs = 30_000;
const maxTimesKept = 64;

/** A peer: gets segments chunk by chunk from neighbours and the origin, checks each, and passes on what was good. The same in a page and in a test; channels, clock and origin are given to it. */
export class SwarmNode {
  readonly counts: SwarmCounts = { origin: 0, peers: 0, relays: 0, goodChunks: 0, badChunks: 0 };
  /** All there are, and of them those that are up. */
  readonly #sessions = new Set<LinkSession>();
  readonly #links = new Map<LinkId, LinkSession>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #watches = new Map<LinkSession, LinkWatch>();
  readonly #banned = new Set<string>();
  /** What of a segment the origin gave, and how long that took. */
  readonly #times = new Map<string, FetchTimes>();
  readonly #scheduler: ChunkScheduler;
  readonly #store: SegmentStore;
  readonly #uplink: Uplink;
  readonly #uploads: Uploads;
  readonly #pieces: Pieces;
  readonly #records: RecordBook;
  readonly #inits: InitBook;
  #self: LinkSelf;
  /** Bytes that the player loaded by itself. */
  #offered = 0;
  #nextLink: LinkId = 1;
  #isPlanning = false;
  #isAnnouncing = false;
  #ends: { readonly key: string | undefined; readonly why: LinkEnd }[] = [];

  constructor(private readonly parts: SwarmParts) {
    const { clock, random, origin, readRecord, maxBytes, uploadRate } = parts;
    this.#scheduler = new ChunkScheduler(random);
    this.#store = new SegmentStore(maxBytes);
    this.#self = parts.self;
    this.#uplink = new Uplink(clock, uploadRate);
    this.#uploads = new Uploads(this.#store, this.#uplink, new UploadCredit(() => this.counts.origin + this.counts.peers + this.#offered), clock);
    this.#pieces = new Pieces(clock);
    this.#inits = new InitBook(() => [...this.#links.values()], this.#pieces, random);
    const neighbours = (segment: SegmentName) => this.#scheduler.knowers(segment).flatMap((id) => this.#links.get(id) ?? []);
    this.#records = new RecordBook({ neighbours, origin: (segment) => origin.record(segment), read: readRecord }, this.#pieces, clock, random);
  }

  get sent(): number {
    return this.#uploads.sent;
  }

  /** Bytes a millisecond that may be sent to others, by what the line was seen to bear. */
  get uploadRate(): number {
    return this.#uplink.allowed;
  }

  get neighbours(): number {
    return this.#links.size;
  }

  /** How many neighbours say that they have some of a segment. */
  holders(segment: SegmentName): number {
    return this.#scheduler.knowers(segment).length;
  }

  /** How links ended, newest last: of whom, where it was known, and why. */
  get ends(): readonly { readonly key: string | undefined; readonly why: LinkEnd }[] {
    return this.#ends;
  }

  /** The newer admission, for links from now on. */
  renew(self: LinkSelf): void {
    this.#self = self;
  }

  /** Takes a channel to another peer in. Give what it returns each message, and tell it when the channel is closed. */
  attach(channel: Channel, side: LinkSide, binding: ChannelBinding, watch: LinkWatch = {}): LinkSession {
    const { platform, revocations, platformTime, clock } = this.parts;
    const unwelcome = (other: Admission) => revocations.isRevoked(other) || this.#banned.has(toHex(other.key.bytes));
    const link: LinkSession = new LinkSession(this.#nextLink++, channel, new LinkHandshake(platform, this.#self, side, binding, unwelcome), {
      up: (up, other) => this.#up(up, other),
      took: (from, message) => this.#took(from, message),
      down: (down, why) => this.#down(down, why),
    }, clock, platformTime);
    this.#sessions.add(link);
    this.#watches.set(link, watch);
    clock.after(shakeMs, () => link.isUp || link.leave(1, "silence"));
    return link;
  }

  /** A whole segment, every chunk of it checked. By the deadline at the latest, as far as the origin goes. */
  async want(segment: SegmentName, deadline: number, stripe?: ChunkSpan): Promise<Bytes> {
    // A copy each time: players hand their bytes on to other threads, and would take them from our neighbours.
    const whole = this.#store.whole(segment)?.slice();
    return whole ?? this.#await(segment, deadline, stripe).promise;
  }

  /** As {@link want}, with the record, and what of it the origin gave since it was first wanted. */
  async deliver(segment: SegmentName, deadline: number): Promise<Delivered> {
    const bytes = await this.want(segment, deadline);
    const { file } = await this.#records.find(segment, () => true);
    return { bytes, record: file, origin: this.#times.get(keyOf(segment)) ?? { firstByteMs: 0, ms: 0, bytes: 0 } };
  }

  /** The tracker's word that others wait for a part of a segment: it is fetched at once, and the rest comes as neighbours have it. */
  bringIn(segment: SegmentName, stripe: ChunkSpan): void {
    if (!this.#store.whole(segment)) this.#await(segment, noDeadline, stripe);
  }

  /** The player needs it no more. */
  unwant(segment: SegmentName): void {
    const key = keyOf(segment);
    this.#waiting.get(key)?.reject(new Error("not wanted any more"));
    this.#waiting.delete(key);
    this.#store.release(segment);
    this.#do(this.#scheduler.unwant(segment, this.parts.clock.now));
  }

  /** A segment that was loaded and checked in another way, for neighbours. Its bytes are copied. */
  offer(segment: SegmentName, facts: SegmentFacts, bytes: Bytes): void {
    if (bytes.length !== facts.byteLength) return;
    this.#offered += bytes.length;
    this.#records.keep(segment, facts);
    this.#store.open(segment, facts.byteLength);
    for (let chunk = 0; chunk * chunkSize < bytes.length; chunk++) this.#keep(segment, chunk, bytes.subarray(chunk * chunkSize, (chunk + 1) * chunkSize));
  }

  /** The facts of a segment's record, from neighbours if they have it. */
  facts(segment: SegmentName, isWanted: () => boolean): Promise<SegmentFacts> {
    return this.#records.find(segment, isWanted);
  }

  /** An init segment by its hash; undefined where no neighbour has it. */
  init(hash: Bytes): Promise<Bytes | undefined> {
    return this.#inits.find(hash);
  }

  /** An init segment that was checked. */
  offerInit(bytes: Bytes): Promise<void> {
    return this.#inits.keep(bytes);
  }

  /** Somebody's word that peers are revoked: if it is the platform's, and new, their links end and neighbours hear of it. */
  async revoke(token: string, from?: LinkSession): Promise<void> {
    const { revocations } = this.parts;
    if (!(await revocations.take(token))) return;
    for (const link of [...this.#links.values()]) {
      if (link.other && revocations.isRevoked(link.other)) link.leave(3);
      else if (link !== from) link.send({ type: "revoked", token });
    }
  }

  /** Whether anything is sent to others. */
  share(isOn: boolean): void {
    if (this.#uploads.isOn === isOn) return;
    this.#uploads.isOn = isOn;
    for (const link of this.#links.values()) link.send({ type: "sending", isOn });
  }

  leave(): void {
    for (const link of [...this.#sessions]) link.leave(1);
  }

  #up(link: LinkSession, other: Admission): void {
    // A second link with a neighbour is no use to either. The newer one stays: it was begun with newer admissions, and the tracker knows its ends.
    const before = [...this.#links.values()].find((known) => known.other && sameBytes(known.other.key.bytes, other.key.bytes));
    this.#links.set(link.id, link);
    before?.leave(2);
    this.#scheduler.linkUp(link.id);
    for (const held of this.#store.all()) link.send({ type: "have", held });
    if (!this.#uploads.isOn) link.send({ type: "sending", isOn: false });
    this.#watches.get(link)?.up?.(other);
  }

  #await(segment: SegmentName, deadline: number, stripe: ChunkSpan | undefined): Waiting {
    const key = keyOf(segment);
    const known = this.#waiting.get(key);
    if (known) {
      known.deadline = Math.min(known.deadline, deadline);
      known.stripe ??= stripe;
      this.#schedule(segment, known);
      return known;
    }
    let [resolve, reject] = [(_: Bytes) => {}, (_: Error) => {}];
    const promise = new Promise<Bytes>((done, failed) => ([resolve, reject] = [done, failed]));
    // Of what is fetched ahead nobody hears.
    promise.catch(() => undefined);
    const waiting: Waiting = { resolve, reject, promise, deadline, stripe, byteLength: undefined };
    this.#waiting.set(key, waiting);
    const isWanted = () => this.#waiting.get(key) === waiting;
    this.#records.find(segment, isWanted).then(({ byteLength }) => {
      if (!isWanted()) return;
      waiting.byteLength = byteLength;
      this.#store.open(segment, byteLength);
      this.#schedule(segment, waiting);
    }, () => undefined);
    if (deadline === noDeadline) this.parts.clock.after(foresightMs, () => isWanted() && waiting.deadline === noDeadline && this.unwant(segment));
    return waiting;
  }

  #schedule(segment: SegmentName, { byteLength, deadline, stripe }: Waiting): void {
    if (byteLength === undefined) return;
    this.#scheduler.want({ segment, chunks: Math.ceil(byteLength / chunkSize), byteLength, deadline, ...(stripe ? { stripe } : {}) }, this.parts.clock.now);
    this.#plan();
  }

  #down(link: LinkSession, why: LinkEnd): void {
    const key = link.other && toHex(link.other.key.bytes);
    this.#ends = [...this.#ends.slice(-99), { key, why }];
    // Its key is not linked with again.
    if (key && "offence" in why) this.#banned.add(key);
    this.#sessions.delete(link);
    this.#links.delete(link.id);
    this.#uploads.down(link);
    this.#scheduler.linkDown(link.id);
    this.#plan();
    this.#watches.get(link)?.down?.(why);
    this.#watches.delete(link);
  }

  async #took(link: LinkSession, message: PeerMessage): Promise<void> {
    const now = this.parts.clock.now;
    switch (message.type) {
      case "have":
        this.#scheduler.heard(link.id, message.held.slice(0, maxHeld));
        break;
      case "want":
        this.#uploads.want(link, message.request, message.segment, message);
        break;
      case "cancel":
        this.#uploads.cancel(link, message.request);
        break;
      case "chunks":
        await this.#takeChunks(link, message);
        break;
      case "no":
        if (!this.#pieces.no(link, message.request)) this.#scheduler.no(link.id, message.request, message.reason, now);
        break;
      case "want-record":
        this.#uploads.pieces(link, message.request, this.#records.known(message.segment)?.file);
        break;
      case "want-init":
        this.#uploads.pieces(link, message.request, this.#inits.known(message.hash));
        break;
      case "piece":
        // Late ones of what came from elsewhere meanwhile are no offence; what they are of is not known any more.
        this.#pieces.took(link, message.request, message.total, message.offset, message.bytes);
        break;
      case "sending":
        this.#scheduler.sending(link.id, message.isOn);
        break;
      case "revoked":
        await this.revoke(message.token, link);
        break;
    }
    this.#plan();
  }

  // Each is hashed and compared with the signed record before it is stored, played or offered to others.
  async #takeChunks(link: LinkSession, { request, first, chunks }: Extract<PeerMessage, { type: "chunks" }>): Promise<void> {
    const asked = this.#scheduler.requestOf(link.id, request);
    const facts = asked && this.#records.known(asked.segment);
    if (!asked || !facts) {
      link.cut("not-asked");
      return;
    }
    const leaves = await Promise.all(chunks.map(leafHash));
    for (const [n, chunk] of chunks.entries()) {
      if (!link.isUp) return;
      const index = first + n;
      const isGood = sameBytes(leaves[n] ?? new Uint8Array(), facts.leaves.subarray(32 * index, 32 * index + 32));
      if (!isGood) this.counts.badChunks++;
      const { keep, actions } = this.#scheduler.chunkFrom(link.id, request, index, chunk.length, isGood, this.parts.clock.now);
      this.#do(actions);
      if (!keep) continue;
      this.counts.goodChunks++;
      this.counts.peers += chunk.length;
      if (link.other?.role !== "viewer") this.counts.relays += chunk.length;
      this.#keep(asked.segment, index, chunk);
    }
  }

  #keep(segment: SegmentName, chunk: number, bytes: Bytes): void {
    if (!this.#store.put(segment, chunk, bytes)) return;
    const whole = this.#store.whole(segment);
    if (whole) {
      this.#waiting.get(keyOf(segment))?.resolve(whole.slice());
      this.#waiting.delete(keyOf(segment));
      this.#do(this.#scheduler.unwant(segment, this.parts.clock.now));
    }
    if (this.#isAnnouncing) return;
    this.#isAnnouncing = true;
    this.parts.clock.after(announceEveryMs, () => {
      this.#isAnnouncing = false;
      for (const held of this.#store.changes()) for (const link of this.#links.values()) link.send({ type: "have", held });
    });
  }

  #plan(): void {
    this.#do(this.#scheduler.plan(this.parts.clock.now));
    if (this.#isPlanning || this.#waiting.size === 0) return;
    this.#isPlanning = true;
    this.parts.clock.after(planEveryMs, () => {
      this.#isPlanning = false;
      this.#plan();
    });
  }

  #do(actions: readonly Action[]): void {
    for (const action of actions) {
      if (action.type === "ask") this.#links.get(action.link)?.send({ type: "want", request: action.request, segment: action.segment, ...action.span });
      else if (action.type === "cancel") this.#links.get(action.link)?.send({ type: "cancel", request: action.request });
      else if (action.type === "cut") this.#cut(action.link, action.offence);
      else void this.#fetch(action.segment, action.span);
    }
  }

  #cut(link: LinkId, offence: Offence): void {
    this.#links.get(link)?.cut(offence);
  }

  async #fetch(segment: SegmentName, span: ChunkSpan): Promise<void> {
    const { clock, origin } = this.parts;
    const { wanted } = this.#scheduler.progressOf(segment) ?? {};
    const facts = this.#records.known(segment);
    if (!wanted || !facts) return;
    const begun = clock.now;
    const from = span.first * chunkSize;
    let took: FetchTimes | undefined;
    try {
      const { bytes, firstByteMs } = await origin.range(segment, from, from + bytesOf(wanted, span));
      took = { firstByteMs, ms: clock.now - begun, bytes: bytes.length };
      if (await this.#takeFetched(segment, span, bytes, facts)) this.#count(segment, took);
      else took = undefined;
    } catch {
      // The origin is away; the scheduler says when it is asked again.
    }
    this.#scheduler.fetched(segment, span, took, clock.now);
    this.#plan();
  }

  #count(segment: SegmentName, took: FetchTimes): void {
    const key = keyOf(segment);
    const before = this.#times.get(key) ?? { firstByteMs: took.firstByteMs, ms: 0, bytes: 0 };
    if (this.#times.size >= maxTimesKept) this.#times.delete(this.#times.keys().next().value ?? "");
    this.#times.set(key, { firstByteMs: took.firstByteMs, ms: before.ms + took.ms - took.firstByteMs, bytes: before.bytes + took.bytes });
  }

  // The origin's bytes are no better than a peer's until they are checked; false if one chunk is not good.
  async #takeFetched(segment: SegmentName, { first, count }: ChunkSpan, bytes: Bytes, facts: SegmentFacts): Promise<boolean> {
    for (let n = 0; n < count; n++) {
      const chunk = bytes.subarray(n * chunkSize, (n + 1) * chunkSize);
      const index = first + n;
      if (!sameBytes(await leafHash(chunk), facts.leaves.subarray(32 * index, 32 * index + 32))) return false;
      this.counts.origin += chunk.length;
      if (this.#scheduler.chunkFromOrigin(segment, index)) this.#keep(segment, index, chunk);
    }
    return true;
  }
}

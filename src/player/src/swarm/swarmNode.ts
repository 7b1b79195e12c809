import type { Admission, Platform } from "../peering/admission.js";
import { LinkHandshake, type LinkSelf } from "../peering/linkHandshake.js";
import { maxHeld, type PeerMessage } from "../peering/messages.js";
import type { Channel as ChannelBinding, LinkSide } from "../peering/proofs.js";
import { keyOf, type SegmentName } from "../peering/segmentName.js";
import { type Bytes, sameBytes, toHex } from "../verify/bytes.js";
import { chunkSize } from "../verify/chunkTree.js";
import { leafHash } from "../verify/merkle.js";
import type { Action, ChunkSpan, LinkId, Offence } from "./actions.js";
import { bytesOf, ChunkScheduler } from "./chunkScheduler.js";
import type { Clock } from "./clock.js";
import { type Channel, type LinkEnd, LinkSession } from "./linkSession.js";
import type { FetchTimes } from "./origin.js";
import type { SeededRandom } from "./random.js";
import { RecordBook, type SegmentFacts } from "./recordBook.js";
import { SegmentStore } from "./segmentStore.js";
import { UploadGate } from "./uploadGate.js";
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
  readonly isRevoked: (admission: Admission) => boolean;
  readonly origin: SwarmOrigin;
  readonly readRecord: (file: Bytes, segment: SegmentName) => Promise<SegmentFacts | undefined>;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly maxBytes: number;
  /** Bytes per ms that may be sent to others. */
  readonly uploadRate: number;
}

/** Bytes that came, by where from, and what was refused. */
export interface SwarmCounts {
  origin: number;
  peers: number;
  badChunks: number;
}

interface Waiting {
  readonly resolve: (bytes: Bytes) => void;
  readonly promise: Promise<Bytes>;
}

const announceEveryMs = 100;
/** A fraction of the scheduler's margin: it decides by the deadline only when it is asked. */
const planEveryMs = 100;
const shakeMs = 10_000;

/** A peer: gets segments chunk by chunk from neighbours and the origin, checks each, and passes on what was good. The same in a page and in a test; channels, clock and origin are given to it. */
export class SwarmNode {
  readonly counts: SwarmCounts = { origin: 0, peers: 0, badChunks: 0 };
  /** All there are, and of them those that are up. */
  readonly #sessions = new Set<LinkSession>();
  readonly #links = new Map<LinkId, LinkSession>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #banned = new Set<string>();
  readonly #scheduler: ChunkScheduler;
  readonly #store: SegmentStore;
  readonly #uploads: Uploads;
  readonly #records: RecordBook;
  #nextLink: LinkId = 1;
  #isPlanning = false;
  #isAnnouncing = false;
  #ends: { readonly key: string | undefined; readonly why: LinkEnd }[] = [];

  constructor(private readonly parts: SwarmParts) {
    const { clock, random, origin, readRecord, maxBytes, uploadRate } = parts;
    this.#scheduler = new ChunkScheduler(random);
    this.#store = new SegmentStore(maxBytes);
    this.#uploads = new Uploads(this.#store, new UploadGate(uploadRate), clock);
    const neighbours = (segment: SegmentName) => this.#scheduler.knowers(segment).flatMap((id) => this.#links.get(id) ?? []);
    this.#records = new RecordBook({ neighbours, origin: (segment) => origin.record(segment), read: readRecord }, clock, random);
  }

  get sent(): number {
    return this.#uploads.sent;
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

  /** Takes a channel to another peer in. Give what it returns each message, and tell it when the channel is closed. */
  attach(channel: Channel, side: LinkSide, binding: ChannelBinding): LinkSession {
    const { platform, self, isRevoked, platformTime, clock } = this.parts;
    const unwelcome = (other: Admission) => isRevoked(other) || this.#banned.has(toHex(other.key.bytes));
    const link: LinkSession = new LinkSession(this.#nextLink++, channel, new LinkHandshake(platform, self, side, binding, unwelcome), {
      up: (up) => this.#up(up),
      took: (from, message) => this.#took(from, message),
      down: (down, why) => this.#down(down, why),
    }, clock, platformTime);
    this.#sessions.add(link);
    clock.after(shakeMs, () => link.isUp || link.leave(1, "silence"));
    return link;
  }

  /** A whole segment, every chunk of it checked. By the deadline at the latest, as far as the origin goes. */
  async want(segment: SegmentName, deadline: number, stripe?: ChunkSpan): Promise<Bytes> {
    const key = keyOf(segment);
    // A copy each time: players hand their bytes on to other threads, and would take them from our neighbours.
    const whole = this.#store.whole(segment)?.slice();
    if (whole) return whole;
    const known = this.#waiting.get(key);
    if (known) return known.promise;
    let resolve: (bytes: Bytes) => void = () => undefined;
    const promise = new Promise<Bytes>((done) => (resolve = done));
    this.#waiting.set(key, { resolve, promise });

    const { byteLength } = await this.#records.find(segment, () => this.#waiting.has(key));
    if (!this.#waiting.has(key)) return promise;
    this.#store.open(segment, byteLength);
    this.#scheduler.want({ segment, chunks: Math.ceil(byteLength / chunkSize), byteLength, deadline, ...(stripe ? { stripe } : {}) }, this.parts.clock.now);
    this.#plan();
    return promise;
  }

  /** The player needs it no more. */
  unwant(segment: SegmentName): void {
    this.#waiting.delete(keyOf(segment));
    this.#store.release(segment);
    this.#do(this.#scheduler.unwant(segment, this.parts.clock.now));
  }

  /** Whether chunks are sent to others now. */
  share(isOn: boolean): void {
    this.#uploads.isOn = isOn;
    for (const link of this.#links.values()) link.send({ type: "sending", isOn });
  }

  leave(): void {
    for (const link of [...this.#sessions]) link.leave(1);
  }

  #up(link: LinkSession): void {
    this.#links.set(link.id, link);
    this.#scheduler.linkUp(link.id);
    for (const held of this.#store.all()) link.send({ type: "have", held });
    if (!this.#uploads.isOn) link.send({ type: "sending", isOn: false });
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
        if (!this.#records.no(link, message.request)) this.#scheduler.no(link.id, message.request, message.reason, now);
        break;
      case "want-record":
        this.#records.give(link, message.request, message.segment);
        break;
      case "want-init":
        link.send({ type: "no", request: message.request, reason: 1 });
        break;
      case "piece":
        // Late ones of a record that came from elsewhere meanwhile are no offence; what they are of is not known any more.
        this.#records.took(link, message.request, message.total, message.offset, message.bytes);
        break;
      case "sending":
        this.#scheduler.sending(link.id, message.isOn);
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
      this.counts.peers += chunk.length;
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
      if (!(await this.#takeFetched(segment, span, bytes, facts))) took = undefined;
    } catch {
      // The origin is away; the scheduler says when it is asked again.
    }
    this.#scheduler.fetched(segment, span, took, clock.now);
    this.#plan();
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

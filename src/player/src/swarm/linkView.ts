import { hasBit } from "../peering/bitmap.js";
import { chunkSize, type HeldSegment, maxWanted, type NoReason } from "../peering/messages.js";
import { keyOf, type SegmentName } from "../peering/segmentName.js";
import type { ChunkSpan, LinkId } from "./actions.js";

/** A request under way on a link. */
export interface Request {
  readonly id: number;
  readonly segment: SegmentName;
  readonly span: ChunkSpan;
  readonly askedAt: number;
  /** The last sign of it, or when it was asked: with nothing for too long it is given up. */
  heardAt: number;
  /** Chunks of it that a message has brought, whatever became of them. */
  readonly brought: Set<number>;
  /** Chunks of it that came, and were hashed. */
  readonly came: Set<number>;
  /** It was given up, since nothing came of it for too long. */
  fellSilent: boolean;
}

/** Most segments that are remembered of a peer: more than a live window has. */
const maxRemembered = 512;
/** What a viewer plays at a time: a picture and a sound, and those that it comes from. */
const maxTracks = 4;
/** Chunks under way at once to a peer of whom nothing good has come yet: what it costs to meet a liar. Each good one adds one, so that they double with each round trip, and who turns liar costs no more than it gave. */
const probation = 1;
/** And at least, once it has given so many. */
const smallestWindow = 8;
/** So much of what a peer sends in a second is asked for ahead. */
const ahead = 0.5;
/** What is cancelled may still come for so long: on a slow line our own word of it waits as well as the answer. */
const graceMs = 30_000;
/** A peer that is silent is left alone for twice as long each time, at most half a minute. */
const longestRestMs = 30_000;
/** A no is one miss; to say nothing is so many, since it costs more to find out; and a no that came when it was not waited for any more is so many: a slow line has what it says wait behind what it sends. */
const silence = 5;
const lateNo = 2;
/** With so many misses one after the other, what a peer says that it has is not waited for. */
const doubtedAfter = 10;

/** What is known of a peer at the other end of a link: what it has, how fast it is, what was asked of it. */
export class LinkView {
  readonly #held = new Map<string, HeldSegment>();
  /** Those that it spoke of last. */
  readonly #tracks = new Set<bigint>();
  readonly #requests = new Map<number, Request>();
  /** Cancelled, and until when chunks of it are no offence. */
  readonly #cancelled = new Map<number, { readonly until: number; readonly request: Request }>();
  #nextRequest = 1;
  #underWay = 0;
  /** Bytes a second, smoothed; undefined before anything came. */
  #rate: number | undefined;
  /** Chunks that were checked, and good. */
  #good = 0;
  #silences = 0;
  #restsUntil = 0;
  /** What it did not do of what was asked, since something good came of it last, and how often it said nothing; when it first did not, and from then to the last time. */
  #misses = 0;
  #unanswered = 0;
  #missedAt = 0;
  #missesMs = 0;
  isSending = true;

  constructor(
    readonly id: LinkId,
    readonly lot: number,
  ) {}

  /** True unless it was asked for what it says it has, and nothing came of it time and again: what it says is no reason to wait. */
  get isBelieved(): boolean {
    return this.isSending && this.#misses < doubtedAfter;
  }

  /** True of one that says what it has, and for so long refused or ignored all that was asked of it. One that says that it sends nothing is asked for nothing. */
  givesNothing(forMs: number, misses: number): boolean {
    // Who is asked by many and has a slow line refuses often; it is not silent each time.
    return this.isSending && this.#misses >= misses && this.#missesMs >= (this.#unanswered * silence >= misses ? forMs / 2 : forMs);
  }

  get requests(): Iterable<Request> {
    return this.#requests.values();
  }

  get rate(): number | undefined {
    return this.#rate;
  }

  /** Something good has come of it. */
  get isProved(): boolean {
    return this.#good > 0;
  }

  /** Nothing good has come of it yet, and what would show is on its way. */
  get isOnProbation(): boolean {
    return !this.isProved && this.#underWay > 0;
  }

  /** How many more chunks may be asked for now. */
  room(now: number): number {
    if (!this.isSending || now < this.#restsUntil) return 0;
    const window = Math.ceil(((this.#rate ?? 0) * ahead) / chunkSize);
    return Math.max(0, Math.min(probation + this.#good, 2 * maxWanted, Math.max(smallestWindow, window)) - this.#underWay);
  }

  hear(held: readonly HeldSegment[]): void {
    for (const one of held) {
      const key = keyOf(one.segment);
      this.#held.delete(key);
      this.#tracks.delete(one.segment.track);
      this.#tracks.add(one.segment.track);
      if (this.#tracks.size > maxTracks) this.#tracks.delete(this.#tracks.values().next().value ?? 0n);
      if (one.holding === "none") continue;
      // The oldest goes: what a peer claims to have never grows beyond this.
      if (this.#held.size >= maxRemembered) this.#held.delete(this.#held.keys().next().value ?? "");
      // A bitmap is a view of a message.
      this.#held.set(key, one.bitmap ? { ...one, bitmap: one.bitmap.slice() } : one);
    }
  }

  /** True if it says that it has the chunk, of a segment of that many: one that counts otherwise is not believed. */
  has(segment: string, chunks: number, chunk: number): boolean {
    const held = this.#held.get(segment);
    if (held?.chunks !== chunks) return false;
    return held.holding === "all" || (held.bitmap !== undefined && hasBit(held.bitmap, chunk));
  }

  /** True if it said that it has some of that track lately: it may be loading what comes next of it. */
  plays(track: bigint): boolean {
    return this.#tracks.has(track);
  }

  knows(segment: string): boolean {
    return this.#held.has(segment);
  }

  ask(segment: SegmentName, span: ChunkSpan, now: number): Request {
    const request = { id: this.#nextRequest++, segment, span, askedAt: now, heardAt: now, brought: new Set<number>(), came: new Set<number>(), fellSilent: false };
    this.#requests.set(request.id, request);
    this.#underWay += span.count;
    return request;
  }

  /** A request that is under way, or was cancelled a moment ago. */
  requestOf(id: number): Request | undefined {
    return this.#requests.get(id) ?? this.#cancelled.get(id)?.request;
  }

  /** A message says that it brings chunks: the request that they answer; undefined if one of them was not asked for, or was brought before. */
  brings(id: number, { first, count }: ChunkSpan): Request | undefined {
    const request = this.requestOf(id);
    if (!request || first < request.span.first || first + count > request.span.first + request.span.count) return undefined;
    const before = request.brought.size;
    for (let chunk = first; chunk < first + count; chunk++) request.brought.add(chunk);
    return request.brought.size === before + count ? request : undefined;
  }

  /** The request that a chunk answers; undefined if nobody asked for it, or it came before. */
  answer(id: number, chunk: number, bytes: number, now: number): Request | undefined {
    const request = this.requestOf(id);
    if (!request || chunk < request.span.first || chunk >= request.span.first + request.span.count || request.came.has(chunk)) return undefined;
    request.came.add(chunk);
    // What was cancelled is under way no more, and says nothing of the rate.
    if (!this.#requests.has(id)) return request;
    this.#underWay--;
    const seconds = Math.max(now - request.heardAt, 1) / 1000;
    request.heardAt = now;
    // The first chunk of a request waits for a round trip, so it says less of the rate.
    if (request.came.size > 1) this.#rate = this.#rate === undefined ? bytes / seconds : this.#rate + (bytes / seconds - this.#rate) / 16;
    if (request.came.size < request.span.count) return request;
    this.#requests.delete(id);
    this.#silences = 0;
    return request;
  }

  /** What came was checked, and good. */
  prove(): void {
    this.#good++;
    this.#misses = 0;
    this.#unanswered = 0;
  }

  /** Nothing came of a request for too long, or hardly anything. */
  fellSilent(request: Request, now: number): void {
    request.fellSilent = true;
    this.#restsUntil = now + Math.min(longestRestMs, 1000 * 2 ** this.#silences);
    this.#silences++;
    this.#unanswered++;
    this.#miss(now, silence);
  }

  /** Gives a request up: what of it has not come. What is on its way may still come for a while. */
  drop(id: number, now: number): Request | undefined {
    const request = this.#requests.get(id);
    if (!request) return undefined;
    this.#requests.delete(id);
    this.#underWay -= request.span.count - request.came.size;
    for (const [old, { until }] of this.#cancelled) {
      if (until > now) break;
      this.#cancelled.delete(old);
    }
    this.#cancelled.set(id, { until: now + graceMs, request });
    return request;
  }

  /**
   * A request that the peer says no to: nothing more comes of it.
   * @param busyMs A peer that is busy is asked again after so long.
   */
  refused(id: number, reason: NoReason, now: number, busyMs: number): Request | undefined {
    const request = this.requestOf(id);
    const isUnderWay = this.#requests.delete(id);
    if (!request || !(isUnderWay || request.fellSilent)) return undefined;
    if (!isUnderWay) this.#answeredLate(request);
    else {
      this.#underWay -= request.span.count - request.came.size;
      if (reason !== 3) this.#miss(now, 1);
    }
    if (reason === 2) this.#restsUntil = now + busyMs;
    else if (reason === 3) this.isSending = false;
    // What it said it has, it has not: it is asked again once it says so again.
    else this.#held.delete(keyOf(request.segment));
    return isUnderWay ? request : undefined;
  }

  // It was not silent after all.
  #answeredLate(request: Request): void {
    request.fellSilent = false;
    this.#silences = Math.max(0, this.#silences - 1);
    // Something good may have come since.
    if (this.#unanswered === 0) return;
    this.#unanswered--;
    this.#misses -= silence - lateNo;
  }

  #miss(now: number, weight: number): void {
    if (this.#misses === 0) this.#missedAt = now;
    this.#misses += weight;
    this.#missesMs = now - this.#missedAt;
  }
}

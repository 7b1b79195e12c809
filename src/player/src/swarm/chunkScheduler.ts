import { chunkSize, type HeldSegment, maxRun, maxWanted, type NoReason } from "../peering/messages.js";
import { keyOf, type SegmentName } from "../peering/segmentName.js";
import type { Action, ChunkSpan, FetchReason, LinkId, WantedSegment } from "./actions.js";
import { LinkView, type Request } from "./linkView.js";
import { type FetchTimes, Origin } from "./origin.js";
import type { SeededRandom } from "./random.js";
import { SegmentProgress } from "./segmentProgress.js";

export interface SchedulerSettings {
  /** Kept between what the origin is expected to take and the deadline, in ms. */
  readonly marginMs: number;
  /** A request that nothing comes of for so long is given up, in ms. */
  readonly silenceMs: number;
  /** With nobody who has a segment, the origin is asked when so much of the time that was left is gone, 0 to 1: neighbours that are loading it may say so yet. */
  readonly patience: number;
}

export const usualSettings: SchedulerSettings = { marginMs: 400, silenceMs: 1500, patience: 0.35 };

interface Wanted {
  readonly progress: SegmentProgress;
  readonly since: number;
  readonly key: string;
}

/**
 * Decides who is asked for which chunk, and when the origin is. Pure: it knows neither network nor clock nor bytes, and with the same seed and the same events it
 * decides the same. A chunk is under way from one peer at most, and from the origin once time runs out, so that playback never waits for a peer.
 */
export class ChunkScheduler {
  readonly #links = new Map<LinkId, LinkView>();
  readonly #wanted = new Map<string, Wanted>();
  readonly #origin = new Origin();

  constructor(
    private readonly random: SeededRandom,
    private readonly settings: SchedulerSettings = usualSettings,
  ) {}

  linkUp(link: LinkId): void {
    this.#links.set(link, new LinkView(link));
  }

  linkDown(link: LinkId): void {
    const view = this.#links.get(link);
    if (!view) return;
    this.#links.delete(link);
    for (const request of view.requests) this.#open(request);
  }

  heard(link: LinkId, held: readonly HeldSegment[]): void {
    this.#links.get(link)?.hear(held);
  }

  /** Links whose peers say that they have some of a segment. */
  knowers(segment: SegmentName): LinkId[] {
    const key = keyOf(segment);
    return [...this.#links.values()].filter((view) => view.knows(key)).map(({ id }) => id);
  }

  sending(link: LinkId, isOn: boolean): void {
    const view = this.#links.get(link);
    if (view) view.isSending = isOn;
  }

  /** The player will need a segment, or needs it by another time. */
  want(wanted: WantedSegment, now: number): void {
    const key = keyOf(wanted.segment);
    const known = this.#wanted.get(key);
    if (known) {
      known.progress.deadline = wanted.deadline;
      known.progress.stripe ??= wanted.stripe;
    } else this.#wanted.set(key, { key, since: now, progress: new SegmentProgress(wanted) });
  }

  /** It is needed no more, or was taken out whole. Requests for it are cancelled. */
  unwant(segment: SegmentName, now: number): Action[] {
    const key = keyOf(segment);
    this.#wanted.delete(key);
    return this.#cancel((request) => keyOf(request.segment) === key, now);
  }

  progressOf(segment: SegmentName): SegmentProgress | undefined {
    return this.#wanted.get(keyOf(segment))?.progress;
  }

  /**
   * A chunk came from a peer, and was hashed. One that nobody asked for, or that is not what the record says, is the end of the link.
   * True if it is new and to be kept.
   */
  chunkFrom(link: LinkId, request: number, chunk: number, bytes: number, isGood: boolean, now: number): { readonly keep: boolean; readonly actions: readonly Action[] } {
    const view = this.#links.get(link);
    const answered = view?.answer(request, chunk, bytes, now);
    if (!view || !answered) return { keep: false, actions: view ? this.#cut(link, "not-asked") : [] };
    if (!isGood) {
      // It counts as answered, so it is not among what the link leaves open.
      this.progressOf(answered.segment)?.askedPeer(chunk, false);
      return { keep: false, actions: this.#cut(link, "bad-chunk") };
    }
    view.prove();
    const progress = this.progressOf(answered.segment);
    progress?.askedPeer(chunk, false);
    return { keep: progress?.take(chunk) ?? false, actions: [] };
  }

  /** What a request asked for, so that a chunk of it can be hashed against its record; undefined if nobody asked. */
  requestOf(link: LinkId, request: number): Request | undefined {
    return this.#links.get(link)?.requestOf(request);
  }

  /** The peer will not answer. */
  no(link: LinkId, request: number, reason: NoReason, now: number): void {
    const refused = this.#links.get(link)?.refused(request, reason, now);
    if (refused) this.#open(refused);
  }

  /** A chunk came from the origin. The record was checked, so it is good or the fetch has failed. True if it is new. */
  chunkFromOrigin(segment: SegmentName, chunk: number): boolean {
    const progress = this.progressOf(segment);
    progress?.askedOrigin(chunk, false);
    return progress?.take(chunk) ?? false;
  }

  /** A fetch has ended, well or not: how long its first byte and all of it took; undefined if it failed. */
  fetched(segment: SegmentName, span: ChunkSpan, took: FetchTimes | undefined, now: number): void {
    const progress = this.progressOf(segment);
    for (let chunk = span.first; chunk < span.first + span.count; chunk++) progress?.askedOrigin(chunk, false);
    if (took) this.#origin.learn(took);
    else this.#origin.fail(now);
  }

  /** What is to be done now. To be asked after each event, and a few times a second besides. */
  plan(now: number): Action[] {
    const actions = this.#giveUp(now);
    const soonest = [...this.#wanted.values()].filter(({ progress }) => !progress.isWhole).sort((a, b) => a.progress.deadline - b.progress.deadline);
    for (const wanted of soonest) {
      actions.push(...this.#fetchStripe(wanted, now), ...this.#fetchLate(wanted, now), ...this.#askPeers(wanted, now));
    }
    return actions;
  }

  // One copy of a segment comes into the swarm by its heads, a part by each: at once, for the others wait for it.
  #fetchStripe({ progress }: Wanted, now: number): Action[] {
    const { stripe } = progress;
    return stripe ? this.#fetch(progress, stripe, "stripe", now) : [];
  }

  #fetchLate({ progress, since, key }: Wanted, now: number): Action[] {
    const left = progress.deadline - now;
    if (left <= this.#origin.expect(progress.missingBytes) + this.settings.marginMs) {
      // From both, it would come twice; from the peer alone, perhaps too late.
      const whole = { first: 0, count: progress.wanted.chunks };
      const fetches = this.#fetch(progress, whole, "deadline", now);
      return fetches.length === 0 ? [] : [...this.#cancel((request) => keyOf(request.segment) === key, now), ...fetches];
    }
    const patience = (progress.deadline - since) * this.settings.patience;
    const someone = [...this.#links.values()].some((view) => view.isSending && view.knows(key));
    return !someone && now - since >= patience ? this.#fetch(progress, { first: 0, count: progress.wanted.chunks }, "alone", now) : [];
  }

  #fetch(progress: SegmentProgress, within: ChunkSpan, reason: FetchReason, now: number): Action[] {
    if (this.#origin.rests(now)) return [];
    // By the deadline, what is under way from a peer as well; else only what nobody was asked for.
    const lacks = reason === "deadline" ? (chunk: number) => progress.lacksOrigin(chunk) : (chunk: number) => progress.isOpen(chunk);
    return progress.spans(lacks, Number.POSITIVE_INFINITY, within).map((span): Action => {
      for (let chunk = span.first; chunk < span.first + span.count; chunk++) progress.askedOrigin(chunk, true);
      return { type: "fetch", segment: progress.wanted.segment, span, reason };
    });
  }

  // From several holders at once, each a run of its own. Where each begins is by chance, so that neighbours come to hold different parts and have something to give one another.
  #askPeers({ progress, key }: Wanted, now: number): Action[] {
    if (progress.open === 0) return [];
    const { chunks } = progress.wanted;
    const actions: Action[] = [];
    const able = [...this.#links.values()].filter((view) => view.room(now) > 0 && view.knows(key));
    const share = Math.ceil(progress.open / Math.max(1, able.length));
    for (const view of this.#shuffled(able).sort((a, b) => (b.rate ?? 0) - (a.rate ?? 0))) {
      const spans = progress.spans((chunk) => progress.isOpen(chunk) && view.has(key, chunks, chunk), maxWanted);
      for (let room = Math.min(view.room(now), Math.max(share, maxRun)); room > 0 && spans.length > 0; ) {
        const [picked] = spans.splice(this.random.below(spans.length), 1);
        if (!picked) break;
        const span = { first: picked.first, count: Math.min(picked.count, room) };
        for (let chunk = span.first; chunk < span.first + span.count; chunk++) progress.askedPeer(chunk, true);
        actions.push({ type: "ask", link: view.id, request: view.ask(progress.wanted.segment, span, now).id, segment: progress.wanted.segment, span });
        room -= span.count;
      }
    }
    return actions;
  }

  #giveUp(now: number): Action[] {
    return this.#cancel(({ heardAt }) => now - heardAt >= this.settings.silenceMs, now, (view) => view.fellSilent(now));
  }

  #cancel(which: (request: Request) => boolean, now: number, note: (view: LinkView) => void = () => undefined): Action[] {
    const actions: Action[] = [];
    for (const view of this.#links.values()) {
      for (const request of [...view.requests].filter(which)) {
        note(view);
        view.drop(request.id, now);
        this.#open(request);
        actions.push({ type: "cancel", link: view.id, request: request.id });
      }
    }
    return actions;
  }

  #cut(link: LinkId, offence: "bad-chunk" | "not-asked"): Action[] {
    this.linkDown(link);
    return [{ type: "cut", link, offence }];
  }

  // What has not come of a request may be asked of others.
  #open({ segment, span, came }: Request): void {
    const progress = this.progressOf(segment);
    for (let chunk = span.first; chunk < span.first + span.count; chunk++) if (!came.has(chunk)) progress?.askedPeer(chunk, false);
  }

  #shuffled<T>(items: readonly T[]): T[] {
    const order = [...items];
    for (let n = order.length - 1; n > 0; n--) {
      const other = this.random.below(n + 1);
      [order[n], order[other]] = [order[other] as T, order[n] as T];
    }
    return order;
  }
}

/** Bytes of a span of a segment: all of its chunks but the segment's last are full. */
export function bytesOf({ chunks, byteLength }: WantedSegment, { first, count }: ChunkSpan): number {
  return first + count === chunks ? byteLength - first * chunkSize : count * chunkSize;
}

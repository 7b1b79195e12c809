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
  /** And one of which less than a chunk comes in so long, beside that time, in ms. */
  readonly crawlMs: number;
  /** With nobody who has a segment, the origin is asked when so much of the time that was left is gone, 0 to 1: neighbours that are loading it may say so yet. */
  readonly patience: number;
  /** Peers of whom nothing good has come are asked only for what has so much time beside the origin's and the margin, in ms. */
  readonly probationMs: number;
  /** A peer that says what it has and in so long gave nothing of what was asked, in ms, and so often, is left. */
  readonly idleMs: number;
  readonly idleMisses: number;
}

export const usualSettings: SchedulerSettings = { marginMs: 400, silenceMs: 1500, crawlMs: 600, patience: 0.35, probationMs: 500, idleMs: 50_000, idleMisses: 25 };

/** Peers on probation at once: a crowd of liars costs so many chunks at a time. */
const maxOnProbation = 4;

/** What nobody near has, one of those who play the track brings in, and if nothing comes of it in this time, or in what the origin takes for it, the next. */
const turnMs = 300;
/** A peer that is busy is asked again after so long, or up to twice as long. */
const leastBusyMs = 170;
/** An origin that gives a segment in this time is not crowded. */
const quickMs = 1000;
/** A peer's part of what is missing is fetched in so many goes. */
const rounds = 4;
/** Then neighbours were given time enough. */
const lastTurn = 10;

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
    private readonly lot = 0,
    private readonly settings: SchedulerSettings = usualSettings,
  ) {}

  /** @param lot What the peer's key makes of {@link turnOf}: the same at every peer. */
  linkUp(link: LinkId, lot = link): void {
    this.#links.set(link, new LinkView(link, lot));
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

  /** Links of whom something good has come, of those. */
  proved(links: readonly LinkId[]): LinkId[] {
    return links.filter((id) => this.#links.get(id)?.isProved);
  }

  /** A message says that it brings chunks of a request: what was asked for; undefined if one of them was not, or was brought before. To be asked of each message once, as it comes. */
  brings(link: LinkId, request: number, span: ChunkSpan): Request | undefined {
    return this.#links.get(link)?.brings(request, span);
  }

  /** What a request asked for, so that a chunk of it can be hashed against its record; undefined if nobody asked. */
  requestOf(link: LinkId, request: number): Request | undefined {
    return this.#links.get(link)?.requestOf(request);
  }

  /** The peer will not answer. */
  no(link: LinkId, request: number, reason: NoReason, now: number): void {
    // Not all at one time: who asks when somebody else has just been served is refused each time.
    const refused = this.#links.get(link)?.refused(request, reason, now, leastBusyMs + this.random.below(leastBusyMs));
    if (refused) this.#open(refused);
  }

  /** A chunk came from the origin. The record was checked, so it is good or the fetch has failed. True if it is new. */
  chunkFromOrigin(segment: SegmentName, chunk: number): boolean {
    const progress = this.progressOf(segment);
    progress?.askedOrigin(chunk, false);
    return progress?.take(chunk) ?? false;
  }

  /** Chunks that are here already, as of a download that was broken off. */
  cameElsewhere(segment: SegmentName, chunks: readonly number[]): void {
    const progress = this.progressOf(segment);
    for (const chunk of chunks) progress?.take(chunk);
  }

  /** A fetch has ended, well or not: how long its first byte and all of it took; undefined if it failed. */
  fetched(segment: SegmentName, span: ChunkSpan, took: FetchTimes | undefined, now: number): void {
    const progress = this.progressOf(segment);
    for (let chunk = span.first; chunk < span.first + span.count; chunk++) progress?.askedOrigin(chunk, false);
    if (took) this.#origin.learn(took);
    else this.#origin.fail(now);
  }

  /** What is seen of the origin in another way. */
  learn(took: FetchTimes): void {
    this.#origin.learn(took);
  }

  /** Milliseconds that the origin is expected to take for so many bytes. */
  originMs(bytes: number): number {
    return this.#origin.expect(bytes);
  }

  /** What is to be done now. To be asked after each event, and a few times a second besides. */
  plan(now: number): Action[] {
    const actions = [...this.#giveUp(now), ...this.#leaveIdle()];
    const soonest = [...this.#wanted.values()].filter(({ progress }) => !progress.isWhole).sort((a, b) => a.progress.deadline - b.progress.deadline);
    for (const wanted of soonest) {
      actions.push(...this.#fetchStripe(wanted, now));
      const { byteLength } = wanted.progress.wanted;
      if (this.#origin.window >= byteLength || this.#origin.expect(byteLength) <= quickMs) actions.push(...this.#fetchLate(wanted, now), ...this.#askPeers(wanted, now));
      else actions.push(...this.#askPeers(wanted, now, true), ...this.#fetchSome(wanted, now));
    }
    return actions;
  }

  // One copy of a segment comes into the swarm by its heads, a part by each: at once, for the others wait for it.
  #fetchStripe({ progress }: Wanted, now: number): Action[] {
    const { stripe } = progress;
    return stripe ? this.#fetch(progress, stripe, "stripe", now) : [];
  }

  #fetchLate(wanted: Wanted, now: number): Action[] {
    const reason = this.#reason(wanted, now);
    if (!reason) return this.#fetchHoles(wanted, now);
    const { progress, key } = wanted;
    const fetches = this.#fetch(progress, { first: 0, count: progress.wanted.chunks }, reason, now);
    // From both, it would come twice; from the peer alone, perhaps too late.
    return reason === "alone" || fetches.length === 0 ? fetches : [...this.#cancel((request) => keyOf(request.segment) === key, now), ...fetches];
  }

  // Who was to bring a part in did not. When time runs out all would fetch it at once: before that, whose turn it is does.
  #fetchHoles({ progress, key, since }: Wanted, now: number): Action[] {
    const waited = now - since - (progress.deadline - since) * this.settings.patience;
    if (waited < 0 || progress.open === 0 || this.#origin.rests(now)) return [];
    const { chunks, segment } = progress.wanted;
    const views = this.#loading(segment);
    const turn = this.#turn(waited);
    const isHole = (chunk: number) => progress.isOpen(chunk) && !views.some((view) => view.has(key, chunks, chunk)) && this.#isMine(views, segment, key, chunk, turn);
    return progress.spans(isHole).map((span) => this.#take(progress, span, "alone"));
  }

  // A crowd is at the origin, or the line is slow: all of it at once would take as long, and keep from others what they have nothing of. So each takes a chunk or two at a time of what no
  // neighbour has yet: with these they have something to give one another. Of those who load the segment too each chunk is one's, then another's: few bring the same.
  #fetchSome(wanted: Wanted, now: number): Action[] {
    const reason = this.#reason(wanted, now);
    if (!reason || this.#origin.rests(now)) return [];
    const { progress, key, since } = wanted;
    const { chunks, segment } = progress.wanted;
    const views = this.#loading(segment);
    const turn = this.#turn(now - since);
    // Whoever turns out to be alone with a segment has more of it to bring in than one of many.
    const others = turn === 0 ? views.length : views.filter((view) => view.knows(key)).length;
    const window = Math.max(Math.ceil(progress.missingBytes / chunkSize / (1 + others) / rounds), Math.floor(this.#origin.window / chunkSize));
    const isPressing = progress.deadline > since && progress.deadline - now <= this.#origin.expect(progress.missingBytes) / 2 + this.settings.marginMs;
    const isOpen = (chunk: number) => progress.isOpen(chunk) && (isPressing || turn >= lastTurn || (!views.some((view) => view.has(key, chunks, chunk)) && this.#isMine(views, segment, key, chunk, turn)));
    const underWay = [...this.#wanted.values()].reduce((sum, other) => sum + other.progress.fromOrigin, 0);
    const actions: Action[] = [];
    for (let room = window - underWay; room > 0; ) {
      const spans = progress.spans(isOpen);
      const picked = spans[this.random.below(spans.length)];
      if (!picked) break;
      const count = Math.min(picked.count, room, Math.ceil(window / 2));
      const span = { first: picked.first + this.random.below(picked.count - count + 1), count };
      actions.push(this.#take(progress, span, reason));
      room -= count;
    }
    return actions;
  }

  // Those who may bring some of a segment in.
  #loading({ track }: SegmentName): LinkView[] {
    return [...this.#links.values()].filter((view) => view.isBelieved && view.plays(track));
  }

  #turn(waitedMs: number): number {
    return Math.floor(waitedMs / Math.max(turnMs, this.#origin.expect(chunkSize)));
  }

  // Those who have some of it are loading it; of the others one turn is waited for.
  #isMine(views: readonly LinkView[], segment: SegmentName, key: string, chunk: number, turn: number): boolean {
    const mine = turnOf(this.lot, segment, chunk);
    let [before, strangers] = [0, 0];
    for (const view of views) if (turnOf(view.lot, segment, chunk) > mine) view.knows(key) ? before++ : (strangers = 1);
    return before + strangers <= turn;
  }

  // Why a segment has to come from the origin now, if it has.
  #reason({ progress, since, key }: Wanted, now: number): FetchReason | undefined {
    if (progress.deadline - now <= this.#origin.expect(progress.missingBytes) + this.settings.marginMs) return "deadline";
    const patience = (progress.deadline - since) * this.settings.patience;
    const someone = [...this.#links.values()].some((view) => view.isBelieved && view.knows(key));
    return !someone && now - since >= patience ? "alone" : undefined;
  }

  #fetch(progress: SegmentProgress, within: ChunkSpan, reason: FetchReason, now: number): Action[] {
    if (this.#origin.rests(now)) return [];
    // By the deadline, what is under way from a peer as well; else only what nobody was asked for.
    const lacks = reason === "deadline" ? (chunk: number) => progress.lacksOrigin(chunk) : (chunk: number) => progress.isOpen(chunk);
    return progress.spans(lacks, Number.POSITIVE_INFINITY, within).map((span) => this.#take(progress, span, reason));
  }

  #take(progress: SegmentProgress, span: ChunkSpan, reason: FetchReason): Action {
    for (let chunk = span.first; chunk < span.first + span.count; chunk++) progress.askedOrigin(chunk, true);
    return { type: "fetch", segment: progress.wanted.segment, span, reason };
  }

  // From several holders at once, each a run of its own. Where each begins is by chance, so that neighbours come to hold different parts and have something to give one another.
  #askPeers({ progress, key }: Wanted, now: number, isCrowded = false): Action[] {
    if (progress.open === 0) return [];
    const { chunks } = progress.wanted;
    const actions: Action[] = [];
    // Where the origin would not come sooner, a stranger is worth asking whatever the time.
    const hasTime = isCrowded || progress.deadline - now > this.#origin.expect(progress.missingBytes) + this.settings.marginMs + this.settings.probationMs;
    const able = [...this.#links.values()].filter((view) => view.room(now) > 0 && view.knows(key) && (view.isProved || hasTime));
    const share = Math.ceil(progress.open / Math.max(1, able.length));
    for (const view of this.#shuffled(able).sort((a, b) => (b.rate ?? 0) - (a.rate ?? 0))) {
      if (!view.isProved && this.#onProbation >= maxOnProbation) continue;
      const spans = progress.spans((chunk) => progress.isOpen(chunk) && view.has(key, chunks, chunk), maxWanted);
      for (let room = Math.min(view.room(now), Math.max(share, maxRun)); room > 0 && spans.length > 0; ) {
        const [picked] = spans.splice(view.isProved ? this.random.below(spans.length) : spans.length - 1, 1);
        if (!picked) break;
        // On probation, the last: a segment's last chunk is the short one.
        const count = Math.min(picked.count, room);
        const span = { first: view.isProved ? picked.first : picked.first + picked.count - count, count };
        for (let chunk = span.first; chunk < span.first + span.count; chunk++) progress.askedPeer(chunk, true);
        actions.push({ type: "ask", link: view.id, request: view.ask(progress.wanted.segment, span, now).id, segment: progress.wanted.segment, span });
        room -= span.count;
      }
    }
    return actions;
  }

  get #onProbation(): number {
    return [...this.#links.values()].filter(({ isOnProbation }) => isOnProbation).length;
  }

  #giveUp(now: number): Action[] {
    const { silenceMs, crawlMs } = this.settings;
    return this.#cancel(({ heardAt, askedAt, came }) => now - heardAt >= silenceMs || now - askedAt >= silenceMs + came.size * crawlMs, now, (view, request) => view.fellSilent(request, now));
  }

  // A place that somebody else can have.
  #leaveIdle(): Action[] {
    const { idleMs, idleMisses } = this.settings;
    const idle = [...this.#links.values()].filter((view) => view.givesNothing(idleMs, idleMisses));
    return idle.map(({ id }) => {
      this.linkDown(id);
      return { type: "leave", link: id };
    });
  }

  #cancel(which: (request: Request) => boolean, now: number, note: (view: LinkView, request: Request) => void = () => undefined): Action[] {
    const actions: Action[] = [];
    for (const view of this.#links.values()) {
      for (const request of [...view.requests].filter(which)) {
        note(view, request);
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

/** Who is first to bring in a chunk: the peer for whom this is most. */
function turnOf(lot: number, { sequence }: SegmentName, chunk: number): number {
  let mixed = Math.imul(lot ^ Math.imul(sequence, 0x9e3779b1) ^ Math.imul(chunk + 1, 0x85ebca77), 0xc2b2ae3d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x27d4eb2f);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

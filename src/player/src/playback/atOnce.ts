import type { SegmentSlot, Swarm } from "../swarm/swarm.js";
import type { FetchTimes } from "../swarm/origin.js";
import type { Delivered } from "../swarm/swarmParts.js";
import type { Bytes } from "../verify/bytes.js";
import { Download } from "./download.js";

/** An origin that takes longer for what is needed at once is crowded, and neighbours are asked too. */
const slowMs = 300;
const lookAgainMs = 100;
/** A download that will take longer yet is broken up, and left to neighbours where there are any: with them the rest comes sooner. */
const longMs = 700;
/** Neighbours have so long, then the origin is asked as ever. */
const patienceMs = 8000;
/** And so long once it has failed. */
const failedPatienceMs = 1500;

/** How one segment is loaded, and made sure of. */
export interface Loading<T> {
  readonly slot: SegmentSlot;
  readonly signal: AbortSignal;
  /** From the origin, checked. */
  readonly load: (signal: AbortSignal, download: Download) => Promise<T>;
  /** Bytes of it, from the first to just before the last. */
  readonly range: (from: number, to: number, signal: AbortSignal) => Promise<{ readonly bytes: Bytes }>;
  /** Checks what neighbours gave; undefined if it is not good. */
  readonly check: (delivered: Delivered) => Promise<T | undefined>;
}

/**
 * What is needed at once comes from the origin at once. Where that is slow, as with a crowd at its door, or away, neighbours are asked too; and first, where it was slow a moment ago. With a crowd
 * that comes at once no one has the segment yet: so each takes other parts of it while it waits for neighbours, and they go on together from there.
 */
export class AtOnce {
  /** Bytes of the last segment of each track. */
  readonly #lengths = new Map<string, number>();
  /** What the origin took for the last download, for the swarm. */
  #took: FetchTimes | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param swarm The page's, once there is one. @param expectsSwarm There will be one. */
  constructor(
    private readonly swarm: () => Swarm | undefined,
    private readonly expectsSwarm: () => boolean,
  ) {}

  /** Notes how long a track's segments are. */
  noteLength(track: string, bytes: number): void {
    this.#lengths.set(track, bytes);
  }

  /** Tells the swarm what the origin took lately. */
  tellSwarm(): void {
    if (this.#took && this.swarm()?.learn(this.#took)) this.#took = undefined;
  }

  async segment<T>(loading: Loading<T>): Promise<T> {
    const { slot, signal, load, range } = loading;
    this.tellSwarm();
    const known = await this.#whereItWasSlow(loading);
    if (known) return known;
    const given = new AbortController();
    const either = AbortSignal.any([signal, given.signal]);
    const download = new Download((from, to) => this.#oneByOne(() => range(from, to, either)));
    const fromOrigin = load(either, download);
    const ended = () => (this.#took = download.took ?? this.#took);
    fromOrigin.then(ended, ended);
    try {
      return await Promise.any([fromOrigin, this.#withNeighbours(loading, slot, fromOrigin, download, given)]);
    } catch {
      signal.throwIfAborted();
      return await (given.signal.aborted ? load(signal, download) : fromOrigin);
    }
  }

  async #whereItWasSlow<T>({ slot, signal, check }: Loading<T>): Promise<T | undefined> {
    const swarm = this.swarm();
    if (!swarm?.isUp || swarm.originMs(this.#lengths.get(slot.track) ?? 0) <= longMs) return undefined;
    const delivered = await within(patienceMs, swarm.segment(slot, performance.now(), signal));
    signal.throwIfAborted();
    return delivered && check(delivered);
  }

  // `given` ends the download, since neighbours go on with it.
  async #withNeighbours<T>({ signal, check }: Loading<T>, slot: SegmentSlot, fromOrigin: Promise<unknown>, download: Download, given: AbortController): Promise<T> {
    // The origin has failed, or is on its way yet: neighbours have so long, or as long as it takes.
    const tooLate = new AbortController();
    let isSettled = false;
    const settled = fromOrigin.then(() => tooLate.abort(), () => void setTimeout(() => tooLate.abort(), failedPatienceMs)).then(() => void (isSettled = true));
    await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, slowMs))]);
    for (;;) {
      signal.throwIfAborted();
      tooLate.signal.throwIfAborted();
      const swarm = this.swarm();
      const isSlow = (download.restMs ?? 0) > longMs;
      if (isSlow && (swarm || this.expectsSwarm())) download.breakUp();
      if (swarm?.isUp && (isSettled || !download.hasBegun)) {
        // The origin is asked already.
        return good(await check(await swarm.segment(slot, performance.now() + patienceMs, AbortSignal.any([signal, tooLate.signal]))));
      }
      const begun = swarm?.isAmongOthers && isSlow ? download.begun : undefined;
      if (swarm && begun) {
        given.abort();
        const delivered = await within(patienceMs, swarm.segment(slot, performance.now(), signal, begun));
        return good(delivered && (await check({ ...delivered, origin: sum(begun.took, delivered.origin) })));
      }
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
    }
  }

  // Picture and sound take turns: in a crowd each viewer is one of the queue, not two.
  #oneByOne<T>(act: () => Promise<T>): Promise<T> {
    const acted = this.#last.then(act);
    this.#last = acted.catch(() => undefined);
    return acted;
  }
}

/** Undefined if it takes longer, or fails. */
function within<T>(milliseconds: number, coming: Promise<T>): Promise<T | undefined> {
  return Promise.race([coming.catch(() => undefined), new Promise<undefined>((resolve) => setTimeout(resolve, milliseconds))]);
}

function good<T>(checked: T | undefined): T {
  if (checked === undefined) throw new Error("neighbours had it not, or not in time");
  return checked;
}

function sum(one: FetchTimes, other: FetchTimes): FetchTimes {
  return { firstByteMs: one.firstByteMs, ms: one.ms + other.firstByteMs + other.ms, bytes: one.bytes + other.bytes };
}

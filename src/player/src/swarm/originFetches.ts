import { keyOf, type SegmentName } from "../peering/segmentName.js";
import { type Bytes, sameBytes } from "../verify/bytes.js";
import { chunkSize } from "../verify/chunkTree.js";
import { leafHash } from "../verify/merkle.js";
import type { ChunkSpan } from "./actions.js";
import { bytesOf, type ChunkScheduler } from "./chunkScheduler.js";
import type { Clock } from "./clock.js";
import type { FetchTimes } from "./origin.js";
import type { RecordBook, SegmentFacts } from "./recordBook.js";
import type { SwarmCounts, SwarmOrigin } from "./swarmParts.js";

export interface FetchParts {
  readonly clock: Clock;
  readonly origin: SwarmOrigin;
  readonly records: RecordBook;
  readonly scheduler: ChunkScheduler;
  /** Where its bytes are counted. */
  readonly counts: SwarmCounts;
  /** A chunk came and was good. */
  readonly came: (segment: SegmentName, chunk: number, bytes: Bytes) => void;
}

const maxTimesKept = 64;

/** Chunks by Range from the origin, and what of each segment came that way. */
export class OriginFetches {
  readonly #times = new Map<string, FetchTimes>();

  constructor(private readonly parts: FetchParts) {}

  /** What of a segment the origin gave, and how long that took. */
  timesOf(segment: SegmentName): FetchTimes {
    return this.#times.get(keyOf(segment)) ?? { firstByteMs: 0, ms: 0, bytes: 0 };
  }

  /** Fetches, and tells the scheduler how it went. False if there was nothing to fetch by. */
  async fetch(segment: SegmentName, span: ChunkSpan): Promise<boolean> {
    const { clock, origin, records, scheduler } = this.parts;
    const { wanted } = scheduler.progressOf(segment) ?? {};
    const facts = records.known(segment);
    if (!wanted || !facts) return false;
    const begun = clock.now;
    const from = span.first * chunkSize;
    let took: FetchTimes | undefined;
    try {
      const { bytes, firstByteMs } = await origin.range(segment, from, from + bytesOf(wanted, span));
      took = { firstByteMs, ms: clock.now - begun, bytes: bytes.length };
      if (await this.#take(segment, span, bytes, facts)) this.#count(segment, took);
      else took = undefined;
    } catch {
      // The origin is away; the scheduler says when it is asked again.
    }
    scheduler.fetched(segment, span, took, clock.now);
    return true;
  }

  #count(segment: SegmentName, took: FetchTimes): void {
    const key = keyOf(segment);
    const before = this.#times.get(key) ?? { firstByteMs: took.firstByteMs, ms: 0, bytes: 0 };
    if (this.#times.size >= maxTimesKept) this.#times.delete(this.#times.keys().next().value ?? "");
    this.#times.set(key, { firstByteMs: took.firstByteMs, ms: before.ms + took.ms - took.firstByteMs, bytes: before.bytes + took.bytes });
  }

  // The origin's bytes are no better than a peer's until they are checked; false if one chunk is not good.
  async #take(segment: SegmentName, { first, count }: ChunkSpan, bytes: Bytes, facts: SegmentFacts): Promise<boolean> {
    for (let n = 0; n < count; n++) {
      const chunk = bytes.subarray(n * chunkSize, (n + 1) * chunkSize);
      const index = first + n;
      if (!sameBytes(await leafHash(chunk), facts.leaves.subarray(32 * index, 32 * index + 32))) return false;
      this.parts.counts.origin += chunk.length;
      if (this.parts.scheduler.chunkFromOrigin(segment, index)) this.parts.came(segment, index, chunk);
    }
    return true;
  }
}

import { keyOf, type SegmentName } from "../peering/segmentName.js";
import type { Bytes } from "../verify/bytes.js";
import { chunkSize } from "../verify/chunkTree.js";
import { type ChunkSpan, noDeadline, type WantedSegment } from "./actions.js";
import type { Clock } from "./clock.js";
import type { RecordBook } from "./recordBook.js";

export interface WantedParts {
  readonly clock: Clock;
  readonly records: RecordBook;
  /** Its record is there: it has so many bytes. */
  readonly opens: (segment: SegmentName, byteLength: number) => void;
  readonly schedules: (wanted: WantedSegment) => void;
  /** Nobody asked for what was fetched ahead. */
  readonly expires: (segment: SegmentName) => void;
}

interface Waiting {
  readonly resolve: (bytes: Bytes) => void;
  readonly reject: (error: Error) => void;
  readonly promise: Promise<Bytes>;
  deadline: number;
  stripe: ChunkSpan | undefined;
  byteLength: number | undefined;
}

/** What was fetched ahead and nobody asked for by then is given up. */
const foresightMs = 30_000;

/** Segments that are waited for: by the player until a deadline, or ahead of it because others wait for a part. */
export class WantedSegments {
  readonly #waiting = new Map<string, Waiting>();

  constructor(private readonly parts: WantedParts) {}

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** The whole segment, once it is. Asked for again, the earlier deadline counts. */
  want(segment: SegmentName, deadline: number, stripe: ChunkSpan | undefined): Promise<Bytes> {
    const key = keyOf(segment);
    const known = this.#waiting.get(key);
    if (known) {
      known.deadline = Math.min(known.deadline, deadline);
      known.stripe ??= stripe;
      this.#schedule(segment, known);
      return known.promise;
    }
    let [resolve, reject] = [(_: Bytes) => {}, (_: Error) => {}];
    const promise = new Promise<Bytes>((done, failed) => ([resolve, reject] = [done, failed]));
    // Of what is fetched ahead nobody hears.
    promise.catch(() => undefined);
    const waiting: Waiting = { resolve, reject, promise, deadline, stripe, byteLength: undefined };
    this.#waiting.set(key, waiting);
    const isWanted = () => this.#waiting.get(key) === waiting;
    const { clock, records, opens, expires } = this.parts;
    records.find(segment, isWanted).then(({ byteLength }) => {
      if (!isWanted()) return;
      waiting.byteLength = byteLength;
      opens(segment, byteLength);
      this.#schedule(segment, waiting);
    }, () => undefined);
    if (deadline === noDeadline) clock.after(foresightMs, () => isWanted() && waiting.deadline === noDeadline && expires(segment));
    return promise;
  }

  has(segment: SegmentName): boolean {
    return this.#waiting.has(keyOf(segment));
  }

  /** It is there. */
  came(segment: SegmentName, whole: Bytes): void {
    this.#waiting.get(keyOf(segment))?.resolve(whole.slice());
    this.#waiting.delete(keyOf(segment));
  }

  drop(segment: SegmentName): void {
    this.#waiting.get(keyOf(segment))?.reject(new Error("not wanted any more"));
    this.#waiting.delete(keyOf(segment));
  }

  #schedule(segment: SegmentName, { byteLength, deadline, stripe }: Waiting): void {
    if (byteLength === undefined) return;
    this.parts.schedules({ segment, chunks: Math.ceil(byteLength / chunkSize), byteLength, deadline, ...(stripe ? { stripe } : {}) });
  }
}

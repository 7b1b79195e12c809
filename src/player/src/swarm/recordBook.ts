import { keyOf, type SegmentName } from "../peering/segmentName.js";
import type { Bytes } from "../verify/bytes.js";
import type { Clock } from "./clock.js";
import type { LinkSession } from "./linkSession.js";
import type { Pieces } from "./pieces.js";
import type { SeededRandom } from "./random.js";

/** What a checked record says that the swarm goes by. */
export interface SegmentFacts {
  /** The .record file, to be passed on as it is. */
  readonly file: Bytes;
  readonly byteLength: number;
  /** 32 bytes for each chunk, checked against the record's root. */
  readonly leaves: Bytes;
  /** SHA-256 of the init segment that it is played after. */
  readonly initHash: Bytes;
  /** SHA-256 of the record: what statements name. */
  readonly recordHash: Bytes;
  /** The certificate that it leads to the broadcaster by. */
  readonly certificate: Bytes;
}

export interface RecordSources {
  /** Neighbours that say they have some of the segment. */
  readonly neighbours: (segment: SegmentName) => LinkSession[];
  readonly origin: (segment: SegmentName) => Promise<Bytes>;
  /** Checks a record up to the broadcaster's identity; undefined if it is not of that segment, or not good. */
  readonly read: (file: Bytes, segment: SegmentName) => Promise<SegmentFacts | undefined>;
}

const firstRestMs = 250;
const longestRestMs = 4000;
const maxKept = 1024;

/** Records: from neighbours where they have them, else from the origin; each checked before anything is believed. */
export class RecordBook {
  readonly #kept = new Map<string, SegmentFacts>();
  readonly #sought = new Map<string, Promise<SegmentFacts>>();

  constructor(
    private readonly sources: RecordSources,
    private readonly pieces: Pieces,
    private readonly clock: Clock,
    private readonly random: SeededRandom,
  ) {}

  known(segment: SegmentName): SegmentFacts | undefined {
    return this.#kept.get(keyOf(segment));
  }

  /** The facts of a segment. Looked for until they are found or nobody wants them any more. */
  find(segment: SegmentName, isWanted: () => boolean): Promise<SegmentFacts> {
    const key = keyOf(segment);
    const kept = this.#kept.get(key);
    if (kept) return Promise.resolve(kept);
    const sought = this.#sought.get(key) ?? this.#seek(segment, isWanted).finally(() => this.#sought.delete(key));
    this.#sought.set(key, sought);
    return sought;
  }

  /** Keeps facts that were checked elsewhere. */
  keep(segment: SegmentName, facts: SegmentFacts): SegmentFacts {
    if (this.#kept.size >= maxKept) this.#kept.delete(this.#kept.keys().next().value ?? "");
    this.#kept.set(keyOf(segment), facts);
    return facts;
  }

  async #seek(segment: SegmentName, isWanted: () => boolean): Promise<SegmentFacts> {
    for (let failures = 0; isWanted(); ) {
      const neighbours = this.sources.neighbours(segment);
      const neighbour = neighbours[this.random.below(neighbours.length)];
      const theirs = neighbour && (await this.pieces.ask(neighbour, (request) => neighbour.send({ type: "want-record", request, segment })));
      const facts = theirs && (await this.sources.read(theirs, segment));
      if (theirs && !facts) neighbour.cut("bad-record");
      if (facts) return this.keep(segment, facts);

      try {
        const ours = await this.sources.read(await this.sources.origin(segment), segment);
        if (ours) return this.keep(segment, ours);
      } catch {
        // The origin is away, or has it not yet.
      }
      await new Promise<void>((resolve) => this.clock.after(Math.min(longestRestMs, firstRestMs * 2 ** failures++), resolve));
    }
    throw new Error("nobody wants it any more");
  }
}

import { maxInPieces, maxPiece } from "../peering/messages.js";
import { keyOf, type SegmentName } from "../peering/segmentName.js";
import type { Bytes } from "../verify/bytes.js";
import type { Clock } from "./clock.js";
import type { LinkSession } from "./linkSession.js";
import type { SeededRandom } from "./random.js";

/** What a checked record says that the swarm goes by. */
export interface SegmentFacts {
  /** The .record file, to be passed on as it is. */
  readonly file: Bytes;
  readonly byteLength: number;
  /** 32 bytes for each chunk, checked against the record's root. */
  readonly leaves: Bytes;
}

export interface RecordSources {
  /** Neighbours that say they have some of the segment. */
  readonly neighbours: (segment: SegmentName) => LinkSession[];
  readonly origin: (segment: SegmentName) => Promise<Bytes>;
  /** Checks a record up to the broadcaster's identity; undefined if it is not of that segment, or not good. */
  readonly read: (file: Bytes, segment: SegmentName) => Promise<SegmentFacts | undefined>;
}

/** A neighbour is given so long for a record, which is small; then the origin is asked. */
const patienceMs = 500;
const firstRestMs = 250;
const longestRestMs = 4000;
const maxKept = 1024;
/** Requests for records are told from those for chunks by their numbers. */
const firstRequest = 2 ** 31;

interface Arriving {
  readonly link: LinkSession;
  whole: Bytes | undefined;
  came: number;
  readonly settle: (file: Bytes | undefined) => void;
}

/** Records: from neighbours where they have them, else from the origin; each checked before anything is believed, and passed on to who asks. */
export class RecordBook {
  readonly #kept = new Map<string, SegmentFacts>();
  readonly #sought = new Map<string, Promise<SegmentFacts>>();
  readonly #arriving = new Map<number, Arriving>();
  #nextRequest = firstRequest;

  constructor(
    private readonly sources: RecordSources,
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

  /** A neighbour asks for a record. */
  give(link: LinkSession, request: number, segment: SegmentName): void {
    const { file } = this.known(segment) ?? {};
    if (!file) {
      link.send({ type: "no", request, reason: 1 });
      return;
    }
    for (let offset = 0; offset < file.length; offset += maxPiece) {
      link.send({ type: "piece", request, total: file.length, offset, bytes: file.subarray(offset, offset + maxPiece) });
    }
  }

  /** A piece came; false for one that nobody asked this neighbour for, or that is not the next. */
  took(link: LinkSession, request: number, total: number, offset: number, bytes: Bytes): boolean {
    const arriving = this.#arriving.get(request);
    if (arriving?.link !== link || offset !== arriving.came || total > maxInPieces) return false;
    const whole = (arriving.whole ??= new Uint8Array(total));
    if (whole.length !== total) return false;
    whole.set(bytes, offset);
    arriving.came += bytes.length;
    if (arriving.came === total) arriving.settle(whole);
    return true;
  }

  /** The neighbour will not answer; false if nobody asked it for a record by that number. */
  no(link: LinkSession, request: number): boolean {
    const arriving = this.#arriving.get(request);
    if (arriving?.link !== link) return false;
    arriving.settle(undefined);
    return true;
  }

  async #seek(segment: SegmentName, isWanted: () => boolean): Promise<SegmentFacts> {
    for (let failures = 0; isWanted(); ) {
      const neighbours = this.sources.neighbours(segment);
      const neighbour = neighbours[this.random.below(neighbours.length)];
      const theirs = neighbour && (await this.#ask(neighbour, segment));
      const facts = theirs && (await this.sources.read(theirs, segment));
      if (theirs && !facts) neighbour.cut("bad-record");
      if (facts) return this.#keep(segment, facts);

      try {
        const ours = await this.sources.read(await this.sources.origin(segment), segment);
        if (ours) return this.#keep(segment, ours);
      } catch {
        // The origin is away, or has it not yet.
      }
      await new Promise<void>((resolve) => this.clock.after(Math.min(longestRestMs, firstRestMs * 2 ** failures++), resolve));
    }
    throw new Error("nobody wants it any more");
  }

  #ask(link: LinkSession, segment: SegmentName): Promise<Bytes | undefined> {
    const request = this.#nextRequest++;
    return new Promise((resolve) => {
      const settle = (file: Bytes | undefined) => {
        this.#arriving.delete(request);
        resolve(file);
      };
      this.#arriving.set(request, { link, whole: undefined, came: 0, settle });
      link.send({ type: "want-record", request, segment });
      this.clock.after(patienceMs, () => settle(undefined));
    });
  }

  #keep(segment: SegmentName, facts: SegmentFacts): SegmentFacts {
    if (this.#kept.size >= maxKept) this.#kept.delete(this.#kept.keys().next().value ?? "");
    this.#kept.set(keyOf(segment), facts);
    return facts;
  }
}

import { proveEquivocation } from "../peering/fraudProof.js";
import type { HeldSegment } from "../peering/messages.js";
import type { SegmentName } from "../peering/segmentName.js";
import { type Bytes, sameBytes } from "../verify/bytes.js";
import { parseRecordFile } from "../verify/segmentRecord.js";
import type { Clock } from "./clock.js";
import type { LinkSession } from "./linkSession.js";
import type { Pieces } from "./pieces.js";
import type { SeededRandom } from "./random.js";
import type { SegmentFacts } from "./recordBook.js";

/** After the first of a link, one segment in so many. */
const oneIn = 32;
const againMs = 500;

export interface CrossCheckParts {
  readonly clock: Clock;
  readonly pieces: Pieces;
  readonly random: SeededRandom;
  /** The record that this peer has of a segment. */
  readonly known: (segment: SegmentName) => SegmentFacts | undefined;
  /** Checks a record up to the broadcaster's identity. */
  readonly read: (file: Bytes, segment: SegmentName) => Promise<SegmentFacts | undefined>;
  /** Two records of one slot, both the broadcaster's. */
  readonly found: (proof: Bytes) => void;
}

/**
 * Compares records with neighbours: of each at the beginning, and now and then. A publisher that shows one version of a segment to some and another to others has signed both, and any two of them who
 * are linked can prove it.
 */
export class CrossCheck {
  readonly #begun = new WeakSet<LinkSession>();

  constructor(private readonly parts: CrossCheckParts) {}

  /** A neighbour says what it has. */
  heard(link: LinkSession, held: readonly HeldSegment[]): void {
    for (const { segment, holding } of held) {
      const ours = holding === "none" ? undefined : this.parts.known(segment);
      if (!ours || (this.#begun.has(link) && this.parts.random.below(oneIn) > 0)) continue;
      this.#begun.add(link);
      void this.#compare(link, segment, ours);
      return;
    }
  }

  /** True if the neighbour has another record of the segment than we, as good as ours: what it sends is by that one. Who is busy is asked twice. */
  async differs(link: LinkSession, segment: SegmentName, ours: SegmentFacts): Promise<boolean> {
    const differs = await this.#compare(link, segment, ours);
    if (differs !== undefined) return differs;
    await new Promise<void>((resolve) => this.parts.clock.after(againMs, resolve));
    return (await this.#compare(link, segment, ours)) === true;
  }

  // Undefined without an answer.
  async #compare(link: LinkSession, segment: SegmentName, ours: SegmentFacts): Promise<boolean | undefined> {
    const theirs = await this.parts.pieces.ask(link, (request) => link.send({ type: "want-record", request, segment }));
    if (!theirs) return undefined;
    const parsed = await parseRecordFile(theirs);
    if (parsed && sameBytes(parsed.hash, ours.recordHash)) return false;
    const facts = await this.parts.read(theirs, segment);
    if (!facts) {
      link.cut("bad-record");
      return false;
    }
    const proof = await proveEquivocation(ours.file, ours.certificate, facts.file, facts.certificate);
    if (proof) this.parts.found(proof);
    return true;
  }
}

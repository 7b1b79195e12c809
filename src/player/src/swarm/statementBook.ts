import { keyOf, type SegmentName } from "../peering/segmentName.js";
import { statementBytes } from "../peering/statements.js";
import { type Bytes, sameBytes } from "../verify/bytes.js";
import { leafHash } from "../verify/merkle.js";
import type { SegmentFacts } from "./recordBook.js";

/** Signed, being signed, or undefined for a chunk that is not what its record says any more. */
export type Statement = Bytes | Promise<Bytes | undefined>;

const maxSegments = 256;

/**
 * What this peer states of the chunks that it sends, each hashed and signed once, when it is first asked for, for everybody. What is stated is the leaf that the record has, so that memory that
 * rots later makes bytes that differ from a true statement: that ends a link, and convicts nobody.
 */
export class StatementBook {
  readonly #kept = new Map<string, Map<number, Statement>>();

  constructor(private readonly sign: (bytes: Bytes) => Promise<Bytes>) {}

  /** The statement of a chunk with these bytes. */
  of(segment: SegmentName, facts: SegmentFacts, chunk: number, bytes: Bytes): Statement {
    const key = keyOf(segment);
    const statements = this.#kept.get(key) ?? new Map<number, Statement>();
    if (statements.size === 0) {
      if (this.#kept.size >= maxSegments) this.#kept.delete(this.#kept.keys().next().value ?? "");
      this.#kept.set(key, statements);
    }
    const known = statements.get(chunk);
    if (known) return known;
    const signing = this.#state(facts, chunk, bytes);
    statements.set(chunk, signing);
    void signing.then((signed) => signed ? statements.set(chunk, signed) : statements.delete(chunk), () => statements.delete(chunk));
    return signing;
  }

  async #state({ recordHash, leaves }: SegmentFacts, chunk: number, bytes: Bytes): Promise<Bytes | undefined> {
    const leaf = leaves.subarray(32 * chunk, 32 * chunk + 32);
    return sameBytes(await leafHash(bytes), leaf) ? this.sign(statementBytes(recordHash, chunk, leaf)) : undefined;
  }
}

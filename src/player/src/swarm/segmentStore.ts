import { bitmapLength, setBit } from "../peering/bitmap.js";
import { chunkSize, type HeldSegment, maxHeld } from "../peering/messages.js";
import { keyOf, type SegmentName } from "../peering/segmentName.js";
import type { Bytes } from "../verify/bytes.js";
import type { ChunkSpan } from "./actions.js";

interface Stored {
  readonly segment: SegmentName;
  readonly byteLength: number;
  /** The whole segment; what is not there yet is zero, and never given away. */
  readonly bytes: Bytes;
  readonly got: Uint8Array;
  missing: number;
}

/**
 * Segments as they were checked, chunk by chunk, for the player and for neighbours. Bounded but for those that are still coming: the oldest whole ones go first, and neighbours
 * are told.
 */
export class SegmentStore {
  readonly #stored = new Map<string, Stored>();
  readonly #changed = new Map<string, SegmentName>();
  readonly #gone = new Map<string, HeldSegment>();
  #bytes = 0;

  /** @param maxBytes Most that is kept, beside what is still coming. */
  constructor(private readonly maxBytes: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** Makes room for a segment of that length, as its checked record says. */
  open(segment: SegmentName, byteLength: number): void {
    const key = keyOf(segment);
    if (this.#stored.has(key)) return;
    const chunks = Math.ceil(byteLength / chunkSize);
    this.#stored.set(key, { segment, byteLength, bytes: new Uint8Array(byteLength), got: new Uint8Array(bitmapLength(chunks)), missing: chunks });
    this.#bytes += byteLength;
    for (const [oldest, stored] of this.#stored) {
      if (this.#bytes <= this.maxBytes) break;
      if (stored.missing === 0) this.#drop(oldest, stored);
    }
  }

  /** The rest of a segment will not come: what there is of it goes. A whole one stays for neighbours. */
  release(segment: SegmentName): void {
    const key = keyOf(segment);
    const stored = this.#stored.get(key);
    if (stored && stored.missing > 0) this.#drop(key, stored);
  }

  /** What is here of a segment is not what it was: all of it goes. */
  discard(segment: SegmentName): void {
    const key = keyOf(segment);
    const stored = this.#stored.get(key);
    if (stored) this.#drop(key, stored);
  }

  /** Keeps a chunk that was checked; false if it is there already, or has no place here. */
  put(segment: SegmentName, chunk: number, bytes: Uint8Array): boolean {
    const key = keyOf(segment);
    const stored = this.#stored.get(key);
    if (!stored || this.#has(stored, chunk) || bytes.length === 0 || bytes.length !== lengthOf(stored, chunk)) return false;
    stored.bytes.set(bytes, chunk * chunkSize);
    setBit(stored.got, chunk);
    stored.missing--;
    this.#changed.set(key, segment);
    return true;
  }

  /** The whole segment, once it is. */
  whole(segment: SegmentName): Bytes | undefined {
    const stored = this.#stored.get(keyOf(segment));
    return stored?.missing === 0 ? stored.bytes : undefined;
  }

  /** Those of its chunks that are there. */
  chunks(segment: SegmentName): number[] {
    const stored = this.#stored.get(keyOf(segment));
    return stored ? Array.from({ length: Math.ceil(stored.byteLength / chunkSize) }, (_, chunk) => chunk).filter((chunk) => this.#has(stored, chunk)) : [];
  }

  /** Chunks for a neighbour, as views; undefined unless all of them are there. */
  read(segment: SegmentName, { first, count }: ChunkSpan): Bytes[] | undefined {
    const stored = this.#stored.get(keyOf(segment));
    if (!stored) return undefined;
    const found: Bytes[] = [];
    for (let chunk = first; chunk < first + count; chunk++) {
      if (!this.#has(stored, chunk)) return undefined;
      found.push(stored.bytes.subarray(chunk * chunkSize, chunk * chunkSize + lengthOf(stored, chunk)));
    }
    return found;
  }

  /** Everything that is here, for a new neighbour: a message's worth each. */
  all(): HeldSegment[][] {
    return inMessages([...this.#stored.values()].flatMap((stored) => heldOf(stored) ?? []));
  }

  /** What has changed since this was last asked, a message's worth each. */
  changes(): HeldSegment[][] {
    const held = [...this.#changed.keys()].flatMap((key) => {
      const stored = this.#stored.get(key);
      return (stored && heldOf(stored)) ?? [];
    });
    const changed = inMessages([...this.#gone.values(), ...held]);
    this.#changed.clear();
    this.#gone.clear();
    return changed;
  }

  #drop(key: string, { segment, byteLength, bytes }: Stored): void {
    this.#stored.delete(key);
    this.#changed.delete(key);
    this.#bytes -= bytes.length;
    this.#gone.set(key, { segment, chunks: Math.ceil(byteLength / chunkSize), holding: "none" });
  }

  #has({ got, byteLength }: Stored, chunk: number): boolean {
    return chunk >= 0 && chunk * chunkSize < byteLength && ((got[chunk >> 3] ?? 0) & (0x80 >> (chunk & 7))) !== 0;
  }
}

/** Bytes of a chunk: all but the last are full. Zero for one that the segment has not. */
function lengthOf({ byteLength }: { readonly byteLength: number }, chunk: number): number {
  return chunk < 0 ? 0 : Math.max(0, Math.min(chunkSize, byteLength - chunk * chunkSize));
}

function heldOf({ segment, byteLength, got, missing }: Stored): HeldSegment | undefined {
  const chunks = Math.ceil(byteLength / chunkSize);
  if (missing === 0) return { segment, chunks, holding: "all" };
  return missing === chunks ? undefined : { segment, chunks, holding: "some", bitmap: got.slice() as Bytes };
}

function inMessages(held: readonly HeldSegment[]): HeldSegment[][] {
  const messages: HeldSegment[][] = [];
  for (let n = 0; n < held.length; n += maxHeld) messages.push(held.slice(n, n + maxHeld));
  return messages;
}

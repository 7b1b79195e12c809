import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concatBytes } from "../../src/verify/bytes.js";

/** A tree written apart from the page's: leaf i is the entry of four bytes i, big-endian, as in tests/Vectors. */
export interface SampleTree {
  /** The hashes from `from` to `to` of a level of full subtrees. */
  slice(level: number, from: number, to: number): Bytes[];
  /** Root over the first `size` leaves. */
  root(size: number): Bytes;
}

export function sampleTree(size: number): SampleTree {
  const leaves = Array.from({ length: size }, (_, i) => hash(0, Uint8Array.of(i >> 24, i >> 16, i >> 8, i)));
  const levels = [leaves];
  for (let below = leaves; below.length > 1; below = levels.at(-1) ?? []) {
    levels.push(Array.from({ length: below.length >> 1 }, (_, i) => hash(1, below[2 * i], below[2 * i + 1])));
  }
  const rootOf = (from: number, to: number): Bytes => {
    if (to - from === 1) return leaves[from] as Bytes;
    let split = 1;
    while (2 * split < to - from) split *= 2;
    return hash(1, rootOf(from, from + split), rootOf(from + split, to));
  };
  return { slice: (level, from, to) => levels[level]?.slice(from, to) ?? [], root: (of) => rootOf(0, of) };
}

function hash(prefix: number, ...parts: (Uint8Array | undefined)[]): Bytes {
  return sha256(concatBytes(Uint8Array.of(prefix), ...parts.map((part) => part ?? new Uint8Array(0)))) as Bytes;
}

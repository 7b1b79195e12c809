import type { Bytes } from "../bytes.js";
import { nodeHash } from "../merkle.js";

/** The leaves from `start` up to, and without, `end`. */
export interface LeafRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** A full subtree of 2^level leaves, the index-th of its level. */
export interface NodeAddress {
  readonly level: number;
  readonly index: bigint;
}

/** Reads the hash of a full subtree. */
export type NodeReader = (node: NodeAddress) => Promise<Bytes>;

/** The largest power of two smaller than `count`, which is at least 2: where RFC 6962 §2.1 divides a tree. */
export function splitOf(count: bigint): bigint {
  return 1n << BigInt((count - 1n).toString(2).length - 1);
}

/** RFC 6962 §2.1.1, PATH(m, D[n]): the siblings on the way from the leaf to the root. */
export function siblingsOf(index: bigint, size: bigint): LeafRange[] {
  const siblings: LeafRange[] = [];
  let [start, end] = [0n, size];
  while (end - start > 1n) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      siblings.push({ start: middle, end });
      end = middle;
    } else {
      siblings.push({ start, end: middle });
      start = middle;
    }
  }
  return siblings.reverse();
}

/** RFC 6962 §2.1.2, SUBPROOF(m, D[n], b): whose hashes prove that the tree of `from` leaves begins that of `to`. */
export function consistencyRanges(from: bigint, to: bigint): LeafRange[] {
  const ranges: LeafRange[] = [];
  if (from === 0n || from >= to) return ranges;
  let [start, end] = [0n, to];
  while (end !== from) {
    const middle = start + splitOf(end - start);
    if (from <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  // The old tree's own last subtree; left out where that is the whole old tree, whose root the reader has.
  if (start !== 0n) ranges.push({ start, end });
  return ranges.reverse();
}

/** The full subtrees, left to right, that a range of a proof is made of. */
export function coverOf({ start, end }: LeafRange): NodeAddress[] {
  const cover: NodeAddress[] = [];
  for (let at = start; at < end; ) {
    const level = (end - at).toString(2).length - 1;
    cover.push({ level, index: at >> BigInt(level) });
    at += 1n << BigInt(level);
  }
  return cover;
}

/** Hash over a range of a proof. */
export async function hashOf(range: LeafRange, read: NodeReader): Promise<Bytes> {
  const hashes = await Promise.all(coverOf(range).map(read));
  let hash = hashes.pop();
  if (!hash) throw new RangeError("an empty range has no hash");
  while (hashes.length > 0) hash = await nodeHash(hashes.pop() as Bytes, hash);
  return hash;
}

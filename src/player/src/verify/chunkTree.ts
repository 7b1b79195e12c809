import { type Bytes, concatBytes, sameBytes } from "./bytes.js";
import { leafHash, nodeHash } from "./merkle.js";

/** Bytes in a chunk; the last of a segment may be shorter. */
export const chunkSize = 16384;

/** How many chunks are hashed at once: enough to keep WebCrypto's threads busy, little enough to copy. */
const batch = 16;

export function chunkCount(byteLength: number): number {
  return Math.ceil(byteLength / chunkSize);
}

/** Root over leaf hashes laid end to end (at least one), RFC 6962 §2.1: split at the largest power of two below n. */
export async function rootOfLeaves(leaves: Bytes): Promise<Bytes> {
  const count = leaves.length / 32;
  if (count === 1) return leaves.slice();
  let split = 1;
  while (split * 2 < count) split *= 2;
  const [left, right] = await Promise.all([
    rootOfLeaves(leaves.subarray(0, 32 * split)),
    rootOfLeaves(leaves.subarray(32 * split)),
  ]);
  return nodeHash(left, right);
}

/** Index of the first chunk of `segment` that does not hash to its leaf; undefined if all do. */
export async function firstBadChunk(segment: Bytes, leaves: Bytes): Promise<number | undefined> {
  const count = chunkCount(segment.length);
  for (let start = 0; start < count; start += batch) {
    const indexes = Array.from({ length: Math.min(batch, count - start) }, (_, i) => start + i);
    const good = await Promise.all(
      indexes.map(async (i) => {
        const hash = await leafHash(segment.subarray(i * chunkSize, (i + 1) * chunkSize));
        return sameBytes(hash, leaves.subarray(32 * i, 32 * (i + 1)));
      }),
    );
    const bad = good.indexOf(false);
    if (bad >= 0) return start + bad;
  }
  return undefined;
}

/** Every leaf hash of a segment, laid end to end. */
export async function leavesOf(segment: Bytes): Promise<Bytes> {
  const hashes: Bytes[] = [];
  for (let at = 0; at < segment.length; at += chunkSize) hashes.push(await leafHash(segment.subarray(at, at + chunkSize)));
  return concatBytes(...hashes);
}

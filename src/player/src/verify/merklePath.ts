import type { Bytes } from "./bytes.js";
import { rootOfLeaves } from "./chunkTree.js";

/** The siblings on the way from a leaf to the root, the nearest first (RFC 6962 §2.1.1). Leaf hashes are laid end to end; the tree has that leaf. */
export async function pathOf(leaves: Bytes, index: number): Promise<Bytes[]> {
  const path: Bytes[] = [];
  let [rest, at] = [leaves, index];
  while (rest.length > 32) {
    let split = 1;
    while (split * 2 < rest.length / 32) split *= 2;
    const [left, right] = [rest.subarray(0, 32 * split), rest.subarray(32 * split)];
    const isLeft = at < split;
    path.unshift(await rootOfLeaves(isLeft ? right : left));
    [rest, at] = isLeft ? [left, at] : [right, at - split];
  }
  return path;
}

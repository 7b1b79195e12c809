import { type Bytes, sameBytes } from "../bytes.js";
import { emptyRoot, nodeHash } from "../merkle.js";

/** More hashes than this no tree of a size we accept needs. */
export const maxProofHashes = 64;

/** What checking a Merkle proof came to. `nothing-proven`: the old tree is empty, which every tree extends. */
export type ProofResult =
  | "valid" | "index-outside-tree" | "sizes-reversed" | "nothing-proven" | "wrong-length" | "root-mismatch" | "old-root-mismatch";

/** One step from the leaf to the root: our hash, joined with its sibling. */
export interface ProofStep {
  /** Where the sibling stands. */
  readonly side: "left" | "right";
  readonly sibling: Bytes;
  /** What the two hash to. */
  readonly hash: Bytes;
}

/** Checks that the leaf stands at `index` in the tree of `size` with this root (RFC 9162 §2.1.3.2), and tells each step of the computation. */
export async function verifyInclusion(
  index: bigint, size: bigint, leaf: Bytes, hashes: readonly Bytes[], root: Bytes,
): Promise<{ result: ProofResult; steps: ProofStep[] }> {
  const steps: ProofStep[] = [];
  if (index < 0n || index >= size) return { result: "index-outside-tree", steps };
  if (hashes.length > maxProofHashes) return { result: "wrong-length", steps };

  // fn is our node's place in its level, sn the last place of that level.
  let [fn, sn, hash] = [index, size - 1n, leaf];
  for (const sibling of hashes) {
    if (sn === 0n) return { result: "wrong-length", steps };
    const left = (fn & 1n) === 1n || fn === sn;
    hash = left ? await nodeHash(sibling, hash) : await nodeHash(hash, sibling);
    steps.push({ side: left ? "left" : "right", sibling, hash });
    if (left) while ((fn & 1n) === 0n && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return { result: sn !== 0n ? "wrong-length" : sameBytes(hash, root) ? "valid" : "root-mismatch", steps };
}

/** Checks that the tree of `to` leaves extends that of `from` (RFC 9162 §2.1.4.2). */
export async function verifyConsistency(from: bigint, to: bigint, oldRoot: Bytes, newRoot: Bytes, hashes: readonly Bytes[]): Promise<ProofResult> {
  if (from > to) return "sizes-reversed";
  if (hashes.length > maxProofHashes) return "wrong-length";
  if (from === to) {
    if (hashes.length > 0) return "wrong-length";
    return sameBytes(oldRoot, newRoot) && (from !== 0n || sameBytes(oldRoot, await emptyRoot())) ? "valid" : "root-mismatch";
  }
  // RFC 9162 §2.1.4.1 has no such proof. To call it valid would be to say "yes" of any new root at all.
  if (from <= 0n) return "nothing-proven";

  // If the old tree is perfect its root is the first hash, and is not sent.
  const [first, ...rest] = (from & (from - 1n)) === 0n ? [oldRoot, ...hashes] : hashes;
  if (!first) return "wrong-length";
  let [fn, sn] = [from - 1n, to - 1n];
  while ((fn & 1n) === 1n) [fn, sn] = [fn >> 1n, sn >> 1n];
  let [old, grown] = [first, first];
  for (const hash of rest) {
    if (sn === 0n) return "wrong-length";
    if ((fn & 1n) === 1n || fn === sn) {
      [old, grown] = [await nodeHash(hash, old), await nodeHash(hash, grown)];
      while ((fn & 1n) === 0n && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else {
      grown = await nodeHash(grown, hash);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn !== 0n ? "wrong-length" : !sameBytes(old, oldRoot) ? "old-root-mismatch" : sameBytes(grown, newRoot) ? "valid" : "root-mismatch";
}

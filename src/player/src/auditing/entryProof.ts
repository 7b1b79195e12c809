import { type Bytes, sameBytes } from "../verify/bytes.js";
import { type LedgerEntry, parseEntry, payloadDigest } from "../verify/log/ledgerEntry.js";
import { leafHash } from "../verify/merkle.js";
import { type ProofStep, verifyInclusion } from "../verify/log/proofs.js";
import { fullWidth, parseBundle, tileWidth } from "../verify/log/tiles.js";
import { type LeafRange, siblingsOf } from "../verify/log/treeShape.js";
import { VerifiedFalse } from "./failure.js";
import type { SignedTree } from "./signedTree.js";

/** An entry and what speaks for it. */
export interface EntryProof {
  readonly index: bigint;
  readonly bytes: Bytes;
  /** SHA-256(0x00 ‖ bytes). */
  readonly leaf: Bytes;
  /** What the signed tree has there according to its tiles; the same as `leaf` if the entry is whole. */
  readonly leafInTree: Bytes;
  readonly steps: readonly (ProofStep & { readonly siblingRange: LeafRange; readonly range: LeafRange })[];
  /** The fields; undefined for an entry of another kind of log, which is proven all the same. */
  readonly entry: LedgerEntry | undefined;
  /** Why it is not what was signed; undefined if it is. */
  readonly failure: VerifiedFalse | undefined;
}

/** The entries from `from` up to, and without, `to` as the log serves them: of one bundle or several. */
export async function readEntries(tree: SignedTree, from: bigint, to: bigint): Promise<Bytes[]> {
  const entries: Bytes[] = [];
  for (let bundle = from / 256n; bundle * 256n < to; bundle++) {
    const width = tileWidth(tree.checkpoint.size, 0, bundle);
    const read = parseBundle(await tree.source.bundle(bundle, width), width);
    if (!read) throw new VerifiedFalse("entry", "bundle-malformed");
    const first = bundle * BigInt(fullWidth);
    entries.push(...read.filter((_, i) => first + BigInt(i) >= from && first + BigInt(i) < to));
  }
  return entries;
}

/** Hashes these very bytes and follows the log's hashes from them to the signed root. */
export async function proveEntry(tree: SignedTree, index: bigint, bytes: Bytes): Promise<EntryProof> {
  const { size, root } = tree.checkpoint;
  const [leaf, leafInTree, hashes] = await Promise.all([leafHash(bytes), tree.leaf(index), tree.path(index)]);
  const { result, steps } = await verifyInclusion(index, size, leaf, hashes, root);
  let range: LeafRange = { start: index, end: index + 1n };
  const drawn = siblingsOf(index, size).slice(0, steps.length).map((siblingRange, i) => {
    range = { start: range.start < siblingRange.start ? range.start : siblingRange.start, end: range.end > siblingRange.end ? range.end : siblingRange.end };
    return { ...(steps[i] as ProofStep), siblingRange, range };
  });
  const failure = result === "valid" ? undefined : await whatIsWrong();
  return { index, bytes, leaf, leafInTree, steps: drawn, entry: parseEntry(bytes), failure };

  // If the log's own leaf hash leads to the root, the tree is whole and the entry is not; else the hashes are not the tree's.
  async function whatIsWrong(): Promise<VerifiedFalse> {
    const whole = !sameBytes(leaf, leafInTree) && (await verifyInclusion(index, size, leafInTree, hashes, root)).result === "valid";
    return whole ? new VerifiedFalse("entry", "entry-altered") : new VerifiedFalse("path", "tree-altered");
  }
}

/** Whether a payload is the one that an entry commits to. */
export async function checkPayload(entry: LedgerEntry, salt: Bytes, payload: Bytes): Promise<VerifiedFalse | undefined> {
  const digest = await payloadDigest(salt, payload);
  return digest && sameBytes(digest, entry.payloadDigest) ? undefined : new VerifiedFalse("payload", "payload-altered");
}

import type { Hash } from "./chainValues.js";
import type { Mined } from "./wallet.js";

/** How far a transaction of the viewer's is. */
export type Progress =
  | { readonly kind: "sent"; readonly hash: Hash }
  | { readonly kind: "in-block"; readonly hash: Hash; readonly block: bigint; readonly depth: number; readonly needed: number }
  /** Deep enough; the platform has not seen it yet. */
  | { readonly kind: "confirmed"; readonly hash: Hash }
  | { readonly kind: "reverted"; readonly hash: Hash };

/** Reads a transaction's course from where it stands. A block that is taken back takes the course back too, so nothing of before is kept. */
export function progressOf(hash: Hash, mined: Mined | undefined, head: bigint, needed: number): Progress {
  if (!mined) return { kind: "sent", hash };
  if (!mined.succeeded) return { kind: "reverted", hash };
  // Its own block is the first; a head from a node that lags behind the receipt's is not below it.
  const depth = head < mined.block ? 1 : Number(head - mined.block) + 1;
  return depth < needed ? { kind: "in-block", hash, block: mined.block, depth, needed } : { kind: "confirmed", hash };
}

/** What of a wallet is needed to follow a transaction. */
export interface Followed {
  mined(transaction: Hash): Promise<Mined | undefined>;
  head(): Promise<bigint>;
}

/** The contract refused the transaction. */
export class RevertedError extends Error {}

/**
 * Tells how far a transaction is until the platform has seen what it did, by the wallet's own node. That node may be away, or know the transaction by another hash
 * (speeding up replaces it): it only tells of progress, and what the platform sees decides. A revert alone ends the wait, once it is as deep as a success would have to be:
 * a block that is taken back may hold it otherwise the next time.
 */
export async function followCourse(
  hash: Hash, wallet: Followed, needed: number, told: (progress: Progress) => void, isSeen: () => Promise<boolean>, wait: () => Promise<void>,
): Promise<void> {
  told({ kind: "sent", hash });
  for (;;) {
    const [progress, seen] = await Promise.all([look(hash, wallet, needed), isSeen()]);
    if (seen) return;
    if (progress) told(progress.told);
    if (progress?.isOver) throw new RevertedError();
    await wait();
  }
}

async function look(hash: Hash, wallet: Followed, needed: number): Promise<{ told: Progress; isOver: boolean } | undefined> {
  try {
    const mined = await wallet.mined(hash);
    const head = mined ? await wallet.head() : 0n;
    const isOver = mined !== undefined && !mined.succeeded && head - mined.block + 1n >= BigInt(needed);
    return { told: progressOf(hash, mined, head, needed), isOver };
  } catch {
    return undefined;
  }
}

import { type Bytes, sameBytes } from "../bytes.js";
import { emptyRoot } from "../merkle.js";
import { fromBase64 } from "./base64.js";
import { parseNote, type SignedNote, verifyNote } from "./note.js";
import { isKeyName, type LogKey } from "./vkey.js";

/** The bound of every size and index from outside: what a signed 64-bit column can hold. */
export const maxTreeSize = 2n ** 63n - 1n;

/** Size and root of a tree. */
export interface TreeHead {
  readonly size: bigint;
  readonly root: Bytes;
}

/** The statement a log signs (C2SP tlog-checkpoint). Extension lines are not taken. */
export interface Checkpoint extends TreeHead {
  readonly origin: string;
}

/** Why a signed checkpoint is not one of the log with this key. */
export type CheckpointFailure = "note-malformed" | "not-signed" | "bad-signature" | "checkpoint-malformed" | "wrong-origin";

/** Takes a signed checkpoint from outside and says whether the log with this key made it. */
export async function openCheckpoint(bytes: Bytes, key: LogKey): Promise<{ checkpoint: Checkpoint; note: SignedNote } | { failure: CheckpointFailure }> {
  const note = parseNote(bytes);
  if (!note) return { failure: "note-malformed" };
  const signed = await verifyNote(note, key);
  if (signed !== "valid") return { failure: signed };
  const checkpoint = await parseCheckpoint(note.text);
  if (!checkpoint) return { failure: "checkpoint-malformed" };
  return checkpoint.origin === key.name ? { checkpoint, note } : { failure: "wrong-origin" };
}

/** Reads the text of a checkpoint. Who says so is another question: see openCheckpoint. */
export async function parseCheckpoint(text: string): Promise<Checkpoint | undefined> {
  const lines = text.split("\n");
  const [origin = "", count = "", hash = "", end] = lines;
  const size = parseDecimal(count);
  const root = fromBase64(hash);
  if (lines.length !== 4 || end !== "" || !isKeyName(origin) || size === undefined || root?.length !== 32) return undefined;
  // tlog-witness: a tree of size 0 has one possible root.
  if (size === 0n && !sameBytes(root, await emptyRoot())) return undefined;
  return { origin, size, root };
}

/** Plain decimal: no sign, no leading zero (tlog-checkpoint), at most 2^63 − 1. */
export function parseDecimal(text: string): bigint | undefined {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return value <= maxTreeSize ? value : undefined;
}

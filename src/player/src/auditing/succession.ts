import { sameBytes } from "../verify/bytes.js";
import { type Checkpoint, openCheckpoint } from "../verify/log/checkpoint.js";
import { fromUtf8 } from "../verify/log/utf8.js";
import { type LogKey, logKeyType, parseVkey } from "../verify/log/vkey.js";
import { VerifiedFalse } from "./failure.js";
import { checkHistory } from "./logOpening.js";
import type { LogSource } from "./logSource.js";
import { SignedTree } from "./signedTree.js";

/** What a server says of a log that took another's place (docs/operations/recovery.md), and what of it this browser could check. */
export interface Succession {
  readonly origin: string;
  readonly predecessor: string;
  readonly reason: string;
  readonly at: string;
  /** It is the remembered key that it names. */
  readonly namesKnownKey: boolean;
  /** The new name has the old key: whoever had that key opened it. */
  readonly sameKey: boolean;
  /** Size of the largest tree that the old log is said to have signed, if it is shown signed by the remembered key. */
  readonly promised: bigint | undefined;
  /** Whether the new log's signed tree begins with the tree that this browser saw; undefined where that could not be told. */
  readonly beginsWithSeen: boolean | undefined;
  /** Size of the tree that this browser saw. */
  readonly seen: bigint;
}

/** Asks what is said of a log with another key than the one remembered; undefined where nothing is. None of it makes the new key a trusted one. */
export async function readSuccession(source: LogSource, known: LogKey, note: Uint8Array<ArrayBuffer>, servedKey: string): Promise<Succession | undefined> {
  const told = readObject(fromUtf8(await source.predecessor()) ?? "");
  const served = await parseVkey(servedKey, logKeyType);
  const { origin, predecessor, predecessorKey, reason, at, checkpoint } = told ?? {};
  if (typeof origin !== "string" || typeof predecessor !== "string" || origin !== served?.name) return undefined;

  const seen = await openCheckpoint(note, known);
  const last = typeof checkpoint === "string" ? await openCheckpoint(new TextEncoder().encode(checkpoint), known) : undefined;
  return {
    origin, predecessor,
    reason: typeof reason === "string" ? reason : "", at: typeof at === "string" ? at : "",
    namesKnownKey: predecessorKey === known.text,
    sameKey: sameBytes(served.key.bytes, known.key.bytes),
    promised: last && "checkpoint" in last ? last.checkpoint.size : undefined,
    seen: "checkpoint" in seen ? seen.checkpoint.size : 0n,
    beginsWithSeen: "checkpoint" in seen ? await beginsWith(source, served, seen.checkpoint) : undefined,
  };
}

async function beginsWith(source: LogSource, key: LogKey, seen: Checkpoint): Promise<boolean | undefined> {
  const opened = await openCheckpoint(await source.checkpoint(), key);
  if ("failure" in opened) return undefined;
  try {
    await checkHistory(seen, new SignedTree(source, opened.checkpoint));
    return true;
  } catch (error) {
    // Hashes that do not lead to the new root say nothing of the old one.
    if (error instanceof VerifiedFalse) return error.code === "tree-altered" ? undefined : false;
    throw error;
  }
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

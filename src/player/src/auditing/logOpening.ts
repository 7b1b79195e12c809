import { type Bytes, sameBytes } from "../verify/bytes.js";
import { type Checkpoint, openCheckpoint } from "../verify/log/checkpoint.js";
import { cosignedAt } from "../verify/log/cosignature.js";
import type { SignedNote } from "../verify/log/note.js";
import { type Cosigned, cosignersOf, isReached } from "../verify/log/policy.js";
import type { PolicyText } from "../verify/log/policyText.js";
import { verifyConsistency } from "../verify/log/proofs.js";
import { type LogKey, logKeyType, parseVkey, sameKey } from "../verify/log/vkey.js";
import { VerifiedFalse } from "./failure.js";
import type { LogMemory, Remembered } from "./logMemory.js";
import type { LogSource } from "./logSource.js";
import { SignedTree } from "./signedTree.js";
import type { Succession } from "./succession.js";

/** Why the log's key is believed. */
export type KeyTrust = { readonly basis: "first-use" } | { readonly basis: "remembered"; readonly since: number } | { readonly basis: "policy" };

/** How this checkpoint stands to the one seen before; `seenAt` in Unix milliseconds. */
export type History = { readonly basis: "first-look" } | { readonly basis: "same" | "extends"; readonly size: bigint; readonly seenAt: number };

/** A line under the checkpoint that is not the log's own. */
export interface WitnessLine {
  readonly name: string;
  readonly keyId: number;
  /** The policy's name for the witness; undefined where its key is not known, so that nothing was verified. */
  readonly knownAs: string | undefined;
  /** Unix seconds; unverified where the key is not known, undefined where it is no cosignature of the known kind. */
  readonly time: number | undefined;
}

/** What stands of a log, check by check; all of it there if every check was good. */
export interface LogFindings {
  key?: LogKey;
  served?: string;
  trust?: KeyTrust;
  bytes?: Bytes;
  checkpoint?: Checkpoint;
  witnesses?: { readonly lines: readonly WitnessLine[]; readonly cosigned: readonly Cosigned[]; readonly policy: PolicyText | undefined };
  history?: History;
  /** False where the browser keeps nothing, so that the next visit is a first look again. */
  kept?: boolean;
  tree?: SignedTree;
  /** If the key changed: what the server says of it. */
  succession?: Succession;
}

/** How often an older checkpoint is asked for again, and after how long: another server process, or a cache, may lag a moment behind. */
const retries = 3;
const lag = 1200;

/**
 * Opens the log: key, signature, witnesses, history. Fills `found` as it goes, so that what was good shows even when something is not.
 * @throws {VerifiedFalse} A check failed; nothing new is remembered.
 * @throws {CouldNotTell} No answer.
 */
export async function openLog(source: LogSource, memory: LogMemory, policy: PolicyText | undefined, found: LogFindings): Promise<void> {
  const before = memory.read();
  const key = await trustedKey(source, before, policy, found);
  let opened = await readCheckpoint(source, key, found);
  await checkWitnesses(opened.note, key, policy, found);

  const known = before && (await openCheckpoint(before.note, key));
  const old = known && "checkpoint" in known ? known.checkpoint : undefined;
  for (let again = 0; old && opened.checkpoint.size < old.size && again < retries; again++) {
    await new Promise((resolve) => setTimeout(resolve, lag));
    opened = await readCheckpoint(source, key, found);
    await checkWitnesses(opened.note, key, policy, found);
  }

  const tree = new SignedTree(source, opened.checkpoint);
  if (old && before) {
    await checkHistory(old, tree);
    found.history = { basis: old.size === opened.checkpoint.size ? "same" : "extends", size: old.size, seenAt: before.seenAt };
  } else {
    found.history = { basis: "first-look" };
  }
  found.tree = tree;

  // Another tab may have seen a larger tree meanwhile: that memory is worth more.
  const now = memory.read();
  const newer = now && now.vkey === key.text ? await openCheckpoint(now.note, key) : undefined;
  found.kept = true;
  if (newer && "checkpoint" in newer && newer.checkpoint.size > opened.checkpoint.size) return;
  const seenAt = Date.now();
  found.kept = memory.write({ vkey: key.text, keySince: before?.vkey === key.text ? before.keySince : seenAt, note: opened.bytes, seenAt });
}

async function trustedKey(source: LogSource, before: Remembered | undefined, policy: PolicyText | undefined, found: LogFindings): Promise<LogKey> {
  const pinned = before && (await parseVkey(before.vkey, logKeyType));
  if (pinned) found.key = pinned;
  found.served = await source.key();
  const served = await parseVkey(found.served, logKeyType);
  if (!served) throw new VerifiedFalse("key", "key-unreadable");
  if (pinned && !sameKey(pinned, served)) throw new VerifiedFalse("key", "key-changed");
  found.key = served;
  const listed = policy?.logs.some((log) => sameKey(log, served)) ?? false;
  if (policy && policy.logs.length > 0 && !listed) throw new VerifiedFalse("key", "key-not-in-policy");
  found.trust = listed ? { basis: "policy" } : pinned && before ? { basis: "remembered", since: before.keySince } : { basis: "first-use" };
  return served;
}

async function readCheckpoint(source: LogSource, key: LogKey, found: LogFindings): Promise<{ checkpoint: Checkpoint; note: SignedNote; bytes: Bytes }> {
  const bytes = await source.checkpoint();
  found.bytes = bytes;
  const opened = await openCheckpoint(bytes, key);
  if ("failure" in opened) throw new VerifiedFalse("signature", opened.failure);
  found.checkpoint = opened.checkpoint;
  return { ...opened, bytes };
}

async function checkWitnesses(note: SignedNote, key: LogKey, policy: PolicyText | undefined, found: LogFindings): Promise<void> {
  const cosigned = policy ? await cosignersOf(note, policy) : [];
  if (!Array.isArray(cosigned)) throw new VerifiedFalse("witnesses", "cosignature-wrong", (cosigned as { name: string }).name);
  const lines = note.signatures
    .filter((line) => line.name !== key.name || line.keyId !== key.keyId)
    .map((line) => ({
      name: line.name,
      keyId: line.keyId,
      knownAs: cosigned.find(({ witness }) => witness.key.name === line.name && witness.key.keyId === line.keyId)?.witness.name,
      time: cosignedAt(line.signature),
    }));
  found.witnesses = { lines, cosigned, policy };
  if (policy && !isReached(policy, new Set(cosigned.map(({ witness }) => witness)))) throw new VerifiedFalse("witnesses", "quorum-not-reached");
}

/** Whether a tree begins with one seen before. */
export async function checkHistory(old: Checkpoint, tree: SignedTree): Promise<void> {
  const { size, root } = tree.checkpoint;
  if (size < old.size) throw new VerifiedFalse("history", "older-than-seen");
  if (size === old.size) {
    if (!sameBytes(root, old.root)) throw new VerifiedFalse("history", "forked");
    return;
  }
  // Every tree extends the empty one.
  if (old.size === 0n) return;
  const [hashes, beginning] = await Promise.all([tree.consistency(old.size), tree.rootOf(old.size)]).catch((error: unknown) => {
    throw error instanceof VerifiedFalse ? new VerifiedFalse("history", error.code, error.about) : error;
  });
  if ((await verifyConsistency(old.size, size, old.root, root, hashes)) === "valid") return;

  // Either the tiles are not those of the signed tree, or they are and it begins otherwise: then its own root proves the rewriting.
  const rewritten = (await verifyConsistency(old.size, size, beginning, root, hashes)) === "valid";
  throw new VerifiedFalse("history", rewritten ? "not-an-extension" : "tree-altered");
}

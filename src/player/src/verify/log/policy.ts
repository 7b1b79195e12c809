import type { Bytes } from "../bytes.js";
import { type Checkpoint, type CheckpointFailure, openCheckpoint } from "./checkpoint.js";
import { verifyCosignature } from "./cosignature.js";
import type { SignedNote } from "./note.js";
import type { PolicyText, PolicyWitness } from "./policyText.js";
import { type LogKey, sameKey } from "./vkey.js";

/** A witness's good word. */
export interface Cosigned {
  readonly witness: PolicyWitness;
  /** Unix seconds. */
  readonly time: number;
}

/** What checking a checkpoint against a policy came to. */
export type PolicyVerdict =
  | { readonly result: "satisfied" | "quorum-not-reached"; readonly checkpoint: Checkpoint; readonly cosigned: readonly Cosigned[] }
  | { readonly result: "log-not-listed" }
  | { readonly result: "checkpoint-refused"; readonly failure: CheckpointFailure }
  | { readonly result: "bad-cosignature"; readonly culprit: PolicyWitness };

/** Says whether a signed checkpoint from outside is good by a policy. If the policy lists logs, `known` must be one of them; else it is the log. */
export async function checkPolicy(bytes: Bytes, known: LogKey, policy: PolicyText): Promise<PolicyVerdict> {
  if (policy.logs.length > 0 && !policy.logs.some((log) => sameKey(log, known))) return { result: "log-not-listed" };
  const opened = await openCheckpoint(bytes, known);
  if ("failure" in opened) return { result: "checkpoint-refused", failure: opened.failure };

  const cosigned = await cosignersOf(opened.note, policy);
  if (!Array.isArray(cosigned)) return { result: "bad-cosignature", culprit: cosigned as PolicyWitness };
  const reached = isReached(policy, new Set(cosigned.map(({ witness }) => witness)));
  return { result: reached ? "satisfied" : "quorum-not-reached", checkpoint: opened.checkpoint, cosigned };
}

/** The policy's witnesses whose cosignature is good; or the one whose line is wrong, which spoils the whole note. */
export async function cosignersOf(note: SignedNote, policy: PolicyText): Promise<Cosigned[] | PolicyWitness> {
  const cosigned: Cosigned[] = [];
  for (const witness of policy.witnesses) {
    const { result, time } = await verifyCosignature(note, witness.key);
    if (result === "bad-signature") return witness;
    if (time !== undefined) cosigned.push({ witness, time });
  }
  return cosigned;
}

/** True if these witnesses are a quorum. */
export function isReached(policy: PolicyText, cosigned: ReadonlySet<PolicyWitness>): boolean {
  if (policy.quorum === undefined) return true;
  // In order, so no recursion: however deep a policy nests its groups, the stack does not grow.
  const reached: boolean[] = [];
  for (const { witness, threshold, members } of policy.nodes) {
    const known = policy.witnesses[witness];
    reached.push(known ? cosigned.has(known) : members.filter((member) => reached[member]).length >= threshold);
  }
  return reached[policy.quorum] ?? false;
}

import { type FraudVerdict, readFraudProof, verifyFraud } from "../peering/fraudProof.js";
import { fromBase64Url } from "../verify/base64Url.js";
import { type Bytes, sameBytes } from "../verify/bytes.js";
import { fetchBounded } from "../network/fetchBounded.js";
import type { Broadcast } from "./liveUrls.js";

/** A segment of which the publisher signed two versions. */
export interface SignedTwice {
  readonly track: string;
  readonly sequence: number;
}

/** 100 slots with proofs of 16 kB of text each. */
const maxAnswer = 2 ** 21;
/** Proofs that are looked at: one is enough. */
const maxProofs = 8;

/** What a proof shows of this broadcast's publisher; undefined for anything else. */
export function signedTwice(verdict: FraudVerdict, broadcast: Bytes, identity: Bytes): SignedTwice | undefined {
  if (verdict.convicts !== "publisher" || !sameBytes(verdict.record.broadcast, broadcast) || !sameBytes(verdict.identity.bytes, identity)) return undefined;
  return { track: verdict.record.track, sequence: verdict.record.sequence };
}

/** Asks the platform for proofs against the publisher, and checks them here; undefined where there is none, or no answer: nothing waits for this. */
export async function findSignedTwice(broadcast: Broadcast, identity: Bytes, signal: AbortSignal): Promise<SignedTwice | undefined> {
  try {
    const bytes = await fetchBounded(`/v1/fraud-proofs?broadcast=${broadcast.id}&convicts=publisher`, maxAnswer, { signal, cache: "no-store" });
    const { items } = JSON.parse(new TextDecoder().decode(bytes)) as { items?: unknown };
    const proofs = (Array.isArray(items) ? items : []).filter(isOfPublisher).slice(0, maxProofs);
    for (const { proof } of proofs) {
      const read = await readFraudProof(fromBase64Url(proof) ?? new Uint8Array());
      const found = read && signedTwice(await verifyFraud(read, { issuer: "", keys: [] }, identity), broadcast.bytes, identity);
      if (found) return found;
    }
  } catch {
    // Away, or not what was asked for.
  }
  return undefined;
}

function isOfPublisher(item: unknown): item is { readonly proof: string } {
  const { convicts, proof } = (typeof item === "object" && item !== null ? item : {}) as Record<string, unknown>;
  return convicts === "publisher" && typeof proof === "string";
}

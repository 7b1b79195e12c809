import { type FraudVerdict, proveChunkFraud, readFraudProof, verifyFraud } from "../peering/fraudProof.js";
import type { Admission, Platform } from "../peering/admission.js";
import { statementBytes } from "../peering/statements.js";
import { type Bytes, sameBytes, toHex } from "../verify/bytes.js";
import { sha256 } from "../verify/sha256.js";
import type { Clock } from "./clock.js";
import type { LinkSession } from "./linkSession.js";
import type { SegmentFacts } from "./recordBook.js";

/** Proofs of a link that are looked at: so many at once, and one more after each of these times. An accusation costs who makes it a rate, and nobody else anything. */
const burst = 4;
const eachMs = 10_000;
const maxKnown = 1024;
/** Peers proved guilty: each needs an admission of its own. */
const maxGuilty = 10_000;
/** Slots that a publisher signed twice: after so many nobody learns anything from one more. */
const maxAlarms = 8;

export interface FraudSurroundings {
  readonly platform: Platform;
  readonly clock: Clock;
  /** The broadcast, and whose it is. */
  readonly broadcast: Bytes;
  readonly identity: Bytes;
  /** Somebody is proved guilty: of ours, or by a neighbour's word that we have checked. */
  readonly proved: (verdict: Exclude<FraudVerdict, { convicts?: undefined }>, proof: Bytes, from: LinkSession | undefined) => void;
}

/** Proofs that somebody lied: made of what came over a link, or checked when a neighbour brings one. What is no proof changes nothing. */
export class Frauds {
  readonly #known = new Set<string>();
  /** Pseudonym, and of its admissions that were proved to be a liar's when the latest was given, in Unix seconds. */
  readonly #guilty = new Map<string, number>();
  readonly #left = new WeakMap<LinkSession, { left: number; at: number }>();
  /** Peers proved guilty, and proofs that were none. */
  convicted = 0;
  refused = 0;
  #alarms = 0;

  constructor(private readonly around: FraudSurroundings) {}

  /** True for a peer that was proved guilty, and not pardoned since: an admission that is given after a pardon says so. */
  convicts({ peer, pardonedAt }: Admission): boolean {
    const proved = this.#guilty.get(peer);
    return proved !== undefined && !(pardonedAt !== undefined && pardonedAt >= proved);
  }

  /** True if a link's other end states of a chunk that it hashes to this. */
  async states({ other }: LinkSession, { recordHash }: SegmentFacts, chunk: number, leaf: Bytes, statement: Bytes): Promise<boolean> {
    return other !== undefined && other.key.verify(statementBytes(recordHash, chunk, leaf), statement);
  }

  /** A chunk came that is not the record's: if its sender's statement is of just these bytes, that is a proof. True if it is. */
  async accuse(link: LinkSession, facts: SegmentFacts, chunk: number, leaf: Bytes, statement: Bytes): Promise<boolean> {
    const { other, otherToken } = link;
    if (!other || sameBytes(leaf, facts.leaves.subarray(32 * chunk, 32 * chunk + 32))) return false;
    // Said badly, or of something else: it proves nothing, and is thrown away.
    if (!(await this.states(link, facts, chunk, leaf, statement))) return false;
    const proof = await proveChunkFraud(facts.file, facts.certificate, otherToken, chunk, leaf, statement.slice());
    return proof !== undefined && this.#take(proof, undefined);
  }

  /** A neighbour, or nobody, says that this is a proof. True if it is, and was not known. */
  async heard(proof: Bytes, from?: LinkSession): Promise<boolean> {
    if (from && !this.#spend(from)) return false;
    return this.#take(proof.slice(), from);
  }

  async #take(bytes: Bytes, from: LinkSession | undefined): Promise<boolean> {
    const name = toHex(await sha256(bytes));
    if (this.#known.has(name)) return false;
    const { platform, broadcast, identity, proved } = this.around;
    const proof = await readFraudProof(bytes);
    const verdict = proof && (await verifyFraud(proof, platform, identity));
    if (!verdict?.convicts || !sameBytes(verdict.record.broadcast, broadcast)) {
      this.refused++;
      return false;
    }
    this.#note(name);
    if (verdict.convicts === "peer" ? !this.#isNewsOf(verdict.admission) : !this.#isNewsOfSlot(verdict.record)) return false;
    proved(verdict, bytes, from);
    return true;
  }

  // Who is guilty can make as many proofs of it as it likes: news are those of another key that it was admitted with later.
  #isNewsOf({ peer, key, issuedAt }: Admission): boolean {
    const named = `${peer}/${toHex(key.bytes)}`;
    const before = this.#guilty.get(peer);
    if (this.#known.has(named) || (before === undefined ? this.#guilty.size >= maxGuilty : issuedAt <= before)) return false;
    this.#note(named);
    this.#guilty.set(peer, issuedAt);
    this.convicted++;
    return true;
  }

  #isNewsOfSlot({ track, epoch, sequence }: { readonly track: string; readonly epoch: number; readonly sequence: number }): boolean {
    const slot = `${track}/${epoch}/${sequence}`;
    if (this.#known.has(slot) || ++this.#alarms > maxAlarms) return false;
    this.#note(slot);
    return true;
  }

  #note(name: string): void {
    if (this.#known.size >= maxKnown) this.#known.delete(this.#known.values().next().value ?? "");
    this.#known.add(name);
  }

  #spend(link: LinkSession): boolean {
    const { now } = this.around.clock;
    const budget = this.#left.get(link) ?? { left: burst, at: now };
    const left = Math.min(burst, budget.left + (now - budget.at) / eachMs);
    if (left < 1) return false;
    this.#left.set(link, { left: left - 1, at: now });
    return true;
  }
}

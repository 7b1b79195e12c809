import type { Bytes } from "../verify/bytes.js";
import { checkCertificate, type Checked, checkChain, checkInit, checkRecord, checkSegment, type Slot } from "../verify/checks.js";
import { sha256 } from "../verify/sha256.js";
import type { SignerCertificate } from "../verify/signerCertificate.js";
import type { RecordFacts } from "./messages.js";

/** How many record hashes are kept for each track to check the chain by: an hour of 2 s segments. */
const heldRecords = 1800;

/** Decides what may be played of one broadcast. Holds the certificate, the init segments seen and the chain of each track. */
export class Verifier {
  #certificate: SignerCertificate | undefined;
  #certificateBytes: Bytes = new Uint8Array();
  readonly #initHashes = new Map<string, Bytes>();
  readonly #chains = new Map<string, Map<number, Bytes>>();

  constructor(private readonly broadcast: Bytes) {}

  /** Checks 1–3. Until it has succeeded nothing else is taken. */
  async open(certificate: Bytes, pinnedIdentity: Bytes | undefined): Promise<Checked<SignerCertificate>> {
    const checked = await checkCertificate(certificate, this.broadcast, pinnedIdentity);
    this.#certificate = checked.ok;
    this.#certificateBytes = certificate;
    return checked;
  }

  /**
   * Checks an init segment before a player sees it: no record is made for it alone, so a record of some segment that uses
   * it (the witness) must verify and name its hash.
   */
  async init(name: string, bytes: Bytes, witness: Bytes, slot: Omit<Slot, "broadcast">): Promise<Checked<true>> {
    const record = await checkRecord(witness, { ...slot, broadcast: this.broadcast }, this.#opened());
    if (record.failure) return record;
    const hash = await sha256(bytes);
    const failure = checkInit(hash, record.ok);
    if (failure) return { failure };
    this.#initHashes.set(name, hash);
    return { ok: true };
  }

  /** Checks 4–8 of a record alone, for what goes between peers: chunks are compared with its leaves before anything else is done with them. */
  async record(file: Bytes, slot: Omit<Slot, "broadcast">): Promise<Checked<RecordFacts>> {
    const { ok, failure } = await checkRecord(file, { ...slot, broadcast: this.broadcast }, this.#opened());
    if (failure) return { failure };
    const { record, leaves, hash } = ok;
    return { ok: { byteLength: record.byteLength, leaves: leaves.slice(), initHash: record.initHash.slice(), recordHash: hash, certificate: this.#certificateBytes } };
  }

  /** Checks 4–12 for a segment that will be played after the init segment called `initName`. */
  async segment(bytes: Bytes, recordFile: Bytes, slot: Omit<Slot, "broadcast">, initName: string): Promise<Checked<true>> {
    const record = await checkRecord(recordFile, { ...slot, broadcast: this.broadcast }, this.#opened());
    if (record.failure) return record;

    const chain = this.#chainOf(slot.track);
    const initHash = this.#initHashes.get(initName);
    const failure =
      (await checkSegment(bytes, record.ok)) ??
      (initHash ? checkInit(initHash, record.ok) : { code: "init-mismatch" as const }) ??
      checkChain(chain.get(slot.sequence - 1), record.ok);
    if (failure) return { failure };

    chain.set(slot.sequence, record.ok.hash);
    if (chain.size > heldRecords) chain.delete(chain.keys().next().value as number);
    return { ok: true };
  }

  #opened(): SignerCertificate {
    if (!this.#certificate) throw new Error("the certificate has not been checked");
    return this.#certificate;
  }

  #chainOf(track: string): Map<number, Bytes> {
    let chain = this.#chains.get(track);
    if (!chain) this.#chains.set(track, (chain = new Map()));
    return chain;
  }
}

import { type Bytes, sameBytes } from "./bytes.js";
import { firstBadChunk, rootOfLeaves } from "./chunkTree.js";
import { verifyCoseSign1 } from "./coseSign1.js";
import type { CheckFailure, CheckName } from "./failure.js";
import { parseRecordFile, type RecordFile } from "./segmentRecord.js";
import { openCertificate, type SignerCertificate } from "./signerCertificate.js";

/** A check's outcome: what was checked, or the first failure. */
export type Checked<T> = { readonly ok: T; readonly failure?: undefined } | { readonly failure: CheckFailure; readonly ok?: undefined };

/** The place in the broadcast that was asked for. */
export interface Slot {
  readonly broadcast: Bytes;
  readonly track: string;
  readonly sequence: number;
  /** Where the reader knows it. */
  readonly epoch?: number | undefined;
}

/** Checks 1–3: a certificate for this broadcast, under the pinned identity where the reader pins one. */
export async function checkCertificate(
  bytes: Bytes,
  broadcast: Bytes,
  pinnedIdentity: Bytes | undefined,
): Promise<Checked<SignerCertificate>> {
  const certificate = await openCertificate(bytes);
  if (!certificate) return failed("certificate-invalid");
  if (!sameBytes(certificate.broadcast, broadcast)) return failed("certificate-wrong-broadcast");
  if (pinnedIdentity && !sameBytes(certificate.identity.bytes, pinnedIdentity)) return failed("identity-mismatch");
  return { ok: certificate };
}

/** Checks 4–8: what a record says about itself. No segment byte is needed. */
export async function checkRecord(file: Bytes, slot: Slot, certificate: SignerCertificate): Promise<Checked<RecordFile>> {
  const parsed = await parseRecordFile(file);
  if (!parsed) return failed("record-malformed");

  if (!(await verifyCoseSign1(parsed.message, certificate.sessionKey))) return failed("record-signature");

  const { record } = parsed;
  const wanted =
    sameBytes(record.broadcast, slot.broadcast) &&
    record.track === slot.track &&
    record.sequence === slot.sequence &&
    (slot.epoch === undefined || record.epoch === slot.epoch);
  if (!wanted) return failed("record-wrong-slot");

  const withinTerm = record.sealedAt >= certificate.notBefore * 1000 && record.sealedAt <= certificate.notAfter * 1000;
  if (!withinTerm) return failed("certificate-expired");

  if (!sameBytes(await rootOfLeaves(parsed.leaves), record.chunkRoot)) return failed("record-leaves");
  return { ok: parsed };
}

/** Checks 9–10: the delivered bytes are those the record is about. */
export async function checkSegment(segment: Bytes, file: RecordFile): Promise<CheckFailure | undefined> {
  if (segment.length !== file.record.byteLength) return { code: "segment-length" };
  const chunk = await firstBadChunk(segment, file.leaves);
  return chunk === undefined ? undefined : { code: "segment-chunk", chunk };
}

/** Check 11: the init segment in use is the one the record names. */
export function checkInit(initHash: Bytes, file: RecordFile): CheckFailure | undefined {
  return sameBytes(initHash, file.record.initHash) ? undefined : { code: "init-mismatch" };
}

/** Check 12: `previousHash` is the hash of the record before, where the reader holds it. Sequence 0 has none before it. */
export function checkChain(previousHash: Bytes | undefined, file: RecordFile): CheckFailure | undefined {
  const expected = file.record.sequence === 0 ? new Uint8Array(32) : previousHash;
  return !expected || sameBytes(expected, file.record.previous) ? undefined : { code: "chain-broken" };
}

function failed(code: CheckName): { failure: CheckFailure } {
  return { failure: { code } };
}

import type { Bytes } from "./bytes.js";
import { checkCertificate, checkChain, checkInit, checkRecord, checkSegment, type Slot } from "./checks.js";
import type { CheckFailure } from "./failure.js";
import type { RecordFile } from "./segmentRecord.js";

/** Everything a reader may have in hand about one segment. */
export interface Evidence {
  readonly slot: Slot;
  readonly pinnedIdentity?: Bytes | undefined;
  readonly certificate: Bytes;
  readonly record: Bytes;
  readonly segment: Bytes;
  /** SHA-256 of the init segment in use, where the reader has one. */
  readonly initHash?: Bytes | undefined;
  /** Hash of the track's record with sequence − 1, where the reader holds it. */
  readonly previousHash?: Bytes | undefined;
}

/** Runs the whole table of docs/formats/segment-record.md in its order. */
export async function checkInFull(evidence: Evidence): Promise<{ record: RecordFile } | { failure: CheckFailure }> {
  const certificate = await checkCertificate(evidence.certificate, evidence.slot.broadcast, evidence.pinnedIdentity);
  if (certificate.failure) return certificate;

  const record = await checkRecord(evidence.record, evidence.slot, certificate.ok);
  if (record.failure) return record;

  const failure =
    (await checkSegment(evidence.segment, record.ok)) ??
    (evidence.initHash && checkInit(evidence.initHash, record.ok)) ??
    checkChain(evidence.previousHash, record.ok);
  return failure ? { failure } : { record: record.ok };
}

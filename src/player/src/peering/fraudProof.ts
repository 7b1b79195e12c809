import { type Bytes, concatBytes, sameBytes, toHex } from "../verify/bytes.js";
import { type CborReader, cborHead, tryCbor } from "../verify/cbor.js";
import { chunkCount } from "../verify/chunkTree.js";
import { verifyCoseSign1 } from "../verify/coseSign1.js";
import type { Ed25519PublicKey } from "../verify/ed25519.js";
import { verifyInclusion } from "../verify/log/proofs.js";
import { pathOf } from "../verify/merklePath.js";
import { parseRecordFile, parseRecordItem, type SegmentRecord } from "../verify/segmentRecord.js";
import { sha256 } from "../verify/sha256.js";
import { openCertificate } from "../verify/signerCertificate.js";
import { type Admission, type Platform, verifyAsEvidence } from "./admission.js";
import { statementBytes } from "./statements.js";

/** Longest proof in bytes. */
export const maxFraudProof = 12_288;

const maxCose = 2048;
const maxAdmission = 4096;
const maxPath = 12;

/** A peer stated of a chunk what its record does not say. */
export interface ChunkFraud {
  readonly kind: "chunk";
  /** Item 1 of the .record file. */
  readonly record: Bytes;
  readonly certificate: Bytes;
  readonly admission: string;
  readonly chunk: number;
  readonly stated: Bytes;
  readonly statement: Bytes;
  readonly leaf: Bytes;
  readonly path: readonly Bytes[];
}

/** A publisher signed two records of one slot. */
export interface Equivocation {
  readonly kind: "equivocation";
  readonly record: Bytes;
  readonly certificate: Bytes;
  readonly otherRecord: Bytes;
  readonly otherCertificate: Bytes;
}

export type FraudProof = ChunkFraud | Equivocation;
export type FraudRefusal = "admission" | "certificate" | "identity" | "record" | "inclusion" | "true" | "statement" | "slot";

/** What is proved: of a peer, or of the publisher; or why nothing is. */
export type FraudVerdict =
  | { readonly convicts: "peer"; readonly admission: Admission; readonly record: SegmentRecord; readonly chunk: number }
  | { readonly convicts: "publisher"; readonly identity: Ed25519PublicKey; readonly record: SegmentRecord }
  | { readonly convicts?: undefined; readonly refusal: FraudRefusal };

/** Reads a proof from outside (docs/formats/fraud-proof.md); undefined for anything but one deterministic map of a kind that is known. */
export async function readFraudProof(bytes: Bytes): Promise<FraudProof | undefined> {
  if (bytes.length > maxFraudProof) return undefined;
  const proof = tryCbor(bytes, readChunkFraud) ?? tryCbor(bytes, readEquivocation);
  // One pair has one form: by hash, and never a record with itself.
  if (proof?.kind === "equivocation" && toHex(await sha256(proof.record)) >= toHex(await sha256(proof.otherRecord))) return undefined;
  return proof;
}

function readChunkFraud(map: CborReader): ChunkFraud | undefined {
  map.map(9);
  map.exactly(1);
  map.exactly(1);
  const record = field(map, 2, () => map.byteString(maxCose));
  const certificate = field(map, 3, () => map.byteString(maxCose));
  const admission = field(map, 4, () => map.asciiString(maxAdmission));
  const chunk = field(map, 5, () => map.uint(4095));
  const stated = field(map, 6, () => map.bytesOf(32));
  const statement = field(map, 7, () => map.bytesOf(64));
  const leaf = field(map, 8, () => map.bytesOf(32));
  const siblings = field(map, 9, () => map.byteString(32 * maxPath));
  if (siblings.length % 32 !== 0 || !/^[\x21-\x7e]*$/.test(admission)) return undefined;
  const path = Array.from({ length: siblings.length / 32 }, (_, n) => siblings.subarray(32 * n, 32 * n + 32));
  return { kind: "chunk", record, certificate, admission, chunk, stated, statement, leaf, path };
}

function readEquivocation(map: CborReader): Equivocation {
  map.map(5);
  map.exactly(1);
  map.exactly(2);
  const record = field(map, 2, () => map.byteString(maxCose));
  const certificate = field(map, 3, () => map.byteString(maxCose));
  const otherRecord = field(map, 4, () => map.byteString(maxCose));
  return { kind: "equivocation", record, certificate, otherRecord, otherCertificate: field(map, 5, () => map.byteString(maxCose)) };
}

function field<T>(map: CborReader, key: number, read: () => T): T {
  map.exactly(key);
  return read();
}

/** Its bytes: the one form that it has. */
export function writeFraudProof(proof: FraudProof): Bytes {
  const bytes = (value: Bytes) => concatBytes(cborHead(2, value.length), value);
  const fields = proof.kind === "chunk"
    ? [
      cborHead(0, 1), bytes(proof.record), bytes(proof.certificate), concatBytes(cborHead(3, proof.admission.length), new TextEncoder().encode(proof.admission)),
      cborHead(0, proof.chunk), bytes(proof.stated), bytes(proof.statement), bytes(proof.leaf), bytes(concatBytes(...proof.path)),
    ]
    : [cborHead(0, 2), bytes(proof.record), bytes(proof.certificate), bytes(proof.otherRecord), bytes(proof.otherCertificate)];
  return concatBytes(cborHead(5, fields.length), ...fields.flatMap((value, n) => [cborHead(0, n + 1), value]));
}

/** The proof against whom stated of a chunk what it is not; undefined unless the file is a record of which that is a chunk. Whether the statement is signed is not looked at. */
export async function proveChunkFraud(
  file: Bytes, certificate: Bytes, admission: string, chunk: number, stated: Bytes, statement: Bytes,
): Promise<Bytes | undefined> {
  const parsed = await parseRecordFile(file);
  if (!parsed || chunk >= parsed.leaves.length / 32) return undefined;
  const leaf = parsed.leaves.slice(32 * chunk, 32 * chunk + 32);
  return writeFraudProof({ kind: "chunk", record: parsed.item, certificate, admission, chunk, stated, statement, leaf, path: await pathOf(parsed.leaves, chunk) });
}

/** The proof against a publisher of two record files, in whichever order they are given; whether it is one is for {@link verifyFraud} to say. */
export async function proveEquivocation(file: Bytes, certificate: Bytes, other: Bytes, otherCertificate: Bytes): Promise<Bytes | undefined> {
  const [one, two] = [await parseRecordFile(file), await parseRecordFile(other)];
  if (!one || !two || sameBytes(one.hash, two.hash)) return undefined;
  const isFirst = toHex(one.hash) < toHex(two.hash);
  const first = { record: one.item, certificate };
  const second = { record: two.item, certificate: otherCertificate };
  const [low, high] = isFirst ? [first, second] : [second, first];
  return writeFraudProof({ kind: "equivocation", ...low, otherRecord: high.record, otherCertificate: high.certificate });
}

/** What a proof proves: by the platform's keys alone, offline, at whatever time. `identity` is the broadcaster's where the reader knows it; a peer's admission names it. */
export async function verifyFraud(proof: FraudProof, platform: Platform, identity?: Bytes): Promise<FraudVerdict> {
  return proof.kind === "chunk" ? verifyChunkFraud(proof, platform) : verifyEquivocation(proof, identity);
}

async function verifyChunkFraud(proof: ChunkFraud, platform: Platform): Promise<FraudVerdict> {
  const { admission } = await verifyAsEvidence(proof.admission, platform);
  if (!admission) return { refusal: "admission" };
  const { record, refusal } = await readSigned(proof.record, proof.certificate, admission.broadcast, admission.identity.bytes);
  if (!record) return { refusal };
  const { result } = await verifyInclusion(BigInt(proof.chunk), BigInt(chunkCount(record.byteLength)), proof.leaf, proof.path, record.chunkRoot);
  if (result !== "valid") return { refusal: "inclusion" };
  if (sameBytes(proof.stated, proof.leaf)) return { refusal: "true" };
  const stated = statementBytes(await sha256(proof.record), proof.chunk, proof.stated);
  return (await admission.key.verify(stated, proof.statement)) ? { convicts: "peer", admission, record, chunk: proof.chunk } : { refusal: "statement" };
}

async function verifyEquivocation(proof: Equivocation, identity: Bytes | undefined): Promise<FraudVerdict> {
  // Whose broadcast it is, the first certificate says; all the rest has to agree.
  const stated = await openCertificate(proof.certificate);
  if (!stated) return { refusal: "certificate" };
  const one = await readSigned(proof.record, proof.certificate, stated.broadcast, identity);
  if (!one.record) return one;
  const two = await readSigned(proof.otherRecord, proof.otherCertificate, stated.broadcast, stated.identity.bytes);
  if (!two.record) return two;
  const isOneSlot = one.record.track === two.record.track && one.record.epoch === two.record.epoch && one.record.sequence === two.record.sequence;
  return isOneSlot ? { convicts: "publisher", identity: stated.identity, record: one.record } : { refusal: "slot" };
}

type Signed = { readonly record: SegmentRecord; readonly refusal?: undefined } | { readonly record?: undefined; readonly refusal: FraudRefusal };

// A record, if the broadcaster signed it.
async function readSigned(item: Bytes, bytes: Bytes, broadcast: Bytes, identity: Bytes | undefined): Promise<Signed> {
  const certificate = await openCertificate(bytes);
  if (!certificate || !sameBytes(certificate.broadcast, broadcast)) return { refusal: "certificate" };
  if (identity && !sameBytes(certificate.identity.bytes, identity)) return { refusal: "identity" };
  const parsed = parseRecordItem(item);
  if (!parsed || !(await verifyCoseSign1(parsed.message, certificate.sessionKey)) || !sameBytes(parsed.record.broadcast, broadcast)) return { refusal: "record" };
  const { record } = parsed;
  return record.sealedAt >= certificate.notBefore * 1000 && record.sealedAt <= certificate.notAfter * 1000 ? { record } : { refusal: "record" };
}

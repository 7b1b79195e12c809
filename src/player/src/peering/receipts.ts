import { type Bytes, concatBytes, sameBytes } from "../verify/bytes.js";
import { chunkSize } from "../verify/chunkTree.js";
import type { Ed25519PublicKey } from "../verify/ed25519.js";
import { sha256 } from "../verify/sha256.js";
import type { SegmentName } from "./segmentName.js";
import { WireReader, WireWriter } from "./wire.js";

const linkTag = utf8("liveledger link v1\n");
const receiptTag = utf8("liveledger receipt v1\n");
const batchTag = utf8("liveledger receipts v1\n");

const headLength = 16 + 32 + 32 + 32 + 4 + 4 + 8 + 8 + 8 + 2;
const runHeadLength = 18;
const maxRuns = 64;
/** Most segments of a receipt. */
export const maxLines = 512;
const maxRunLength = 256;
const maxChunks = 4096;
const maxTotalBytes = 2 ** 53;
const maxTime = 253_402_300_799_999;
/** Most receipts of a batch. */
export const maxBatch = 64;

/** How many chunks of each of some consecutive segments came. */
export interface ReceiptRun {
  readonly track: bigint;
  readonly epoch: number;
  readonly first: number;
  readonly chunks: readonly number[];
}

/** A receiver's word for what came over a link and was good (docs/formats/receipts.md). */
export interface Receipt {
  readonly broadcast: Bytes;
  /** Admission keys. */
  readonly sender: Bytes;
  readonly receiver: Bytes;
  readonly link: Bytes;
  readonly period: number;
  readonly number: number;
  /** Unix ms. */
  readonly at: number;
  /** Of the whole link. */
  readonly totalChunks: number;
  readonly totalBytes: number;
  /** Of this period. */
  readonly runs: readonly ReceiptRun[];
}

/** The name of a link: the nonces of both `hello`. */
export function linkName(offererNonce: Bytes, answererNonce: Bytes): Promise<Bytes> {
  return sha256(concatBytes(linkTag, offererNonce, answererNonce));
}

/** Writes a receipt, without its signature. What is given is ours, and within its bounds. */
export function writeReceipt(receipt: Receipt): Bytes {
  const { runs } = receipt;
  const to = new WireWriter(headLength + runs.reduce((sum, { chunks }) => sum + runHeadLength + 2 * chunks.length, 0));
  to.put(receipt.broadcast).put(receipt.sender).put(receipt.receiver).put(receipt.link).u32(receipt.period).u32(receipt.number);
  to.u64(BigInt(receipt.at)).u64(BigInt(receipt.totalChunks)).u64(BigInt(receipt.totalBytes)).u16(runs.length);
  for (const { track, epoch, first, chunks } of runs) {
    to.u64(track).u32(epoch).u32(first).u16(chunks.length);
    for (const count of chunks) to.u16(count);
  }
  return to.bytes;
}

/** What a receiver signs of a receipt's bytes. */
export function receiptBytes(written: Bytes): Bytes {
  return concatBytes(receiptTag, written);
}

/** A receipt as it came, its signature not yet checked. */
export interface SignedReceipt {
  readonly receipt: Receipt;
  /** As it is sent: the receipt and its signature. */
  readonly bytes: Bytes;
}

/** Reads a signed receipt; undefined for what is none. Bytes in it are views. */
export function readReceipt(bytes: Bytes): SignedReceipt | undefined {
  if (bytes.length <= 64 || bytes.length > headLength + maxRuns * runHeadLength + 2 * maxLines + 64) return undefined;
  const from = new WireReader(bytes.subarray(0, -64));
  const [broadcast, sender, receiver, link] = [from.take(16), from.take(32), from.take(32), from.take(32)];
  const [period, number] = [from.u32(), from.u32()];
  const [at, chunks, total] = [from.u64(), from.u64(), from.u64()];
  const count = from.u16();
  if (!broadcast || !sender || !receiver || !link || !period || !number || at === undefined || chunks === undefined || total === undefined || !count) return undefined;
  if (sameBytes(sender, receiver) || at > BigInt(maxTime) || total > BigInt(maxTotalBytes) || chunks > total || count > maxRuns) return undefined;
  const runs = readRuns(from, count);
  if (!runs || !from.atEnd) return undefined;
  const said = runs.reduce((sum, run) => sum + run.chunks.reduce((of, chunk) => of + chunk, 0), 0);
  const [totalChunks, totalBytes] = [Number(chunks), Number(total)];
  if (totalChunks < said || chunks * BigInt(chunkSize) < total) return undefined;
  return { bytes, receipt: { broadcast, sender, receiver, link, period, number, at: Number(at), totalChunks, totalBytes, runs } };
}

function readRuns(from: WireReader, count: number): ReceiptRun[] | undefined {
  const runs: ReceiptRun[] = [];
  let lines = 0;
  for (let n = 0; n < count; n++) {
    const [track, epoch, first, length] = [from.u64(), from.u32(), from.u32(), from.u16()];
    if (track === undefined || epoch === undefined || first === undefined || !length || length > maxRunLength || first + length > 2 ** 32 || (lines += length) > maxLines) return undefined;
    const before = runs.at(-1);
    if (before && !follows(before, track, epoch, first)) return undefined;
    const chunks = Array.from({ length }, () => from.u16() ?? maxChunks + 1);
    if (chunks.some((of) => of > maxChunks) || chunks[0] === 0 || chunks.at(-1) === 0) return undefined;
    runs.push({ track, epoch, first, chunks });
  }
  return runs;
}

function follows(before: ReceiptRun, track: bigint, epoch: number, first: number): boolean {
  if (track !== before.track) return track > before.track;
  return epoch !== before.epoch ? epoch > before.epoch : first > before.first + before.chunks.length;
}

/** True if that key signed it. */
export function verifyReceipt({ bytes }: SignedReceipt, receiver: Ed25519PublicKey): Promise<boolean> {
  return receiver.verify(receiptBytes(bytes.subarray(0, -64)), bytes.subarray(-64));
}

/** The runs of what came, as a receipt has them. */
export function runsOf(lines: Iterable<readonly [SegmentName, number]>): ReceiptRun[] {
  const sorted = [...lines].sort(([a], [b]) => (a.track < b.track ? -1 : a.track > b.track ? 1 : a.epoch - b.epoch || a.sequence - b.sequence));
  const runs: (Omit<ReceiptRun, "chunks"> & { readonly chunks: number[] })[] = [];
  for (const [{ track, epoch, sequence }, count] of sorted) {
    const run = runs.at(-1);
    if (run?.track === track && run.epoch === epoch && sequence === run.first + run.chunks.length && run.chunks.length < maxRunLength) run.chunks.push(count);
    else runs.push({ track, epoch, first: sequence, chunks: [count] });
  }
  return runs;
}

/** How many chunks of a segment a receipt says came in its period. */
export function* linesOf({ runs }: Receipt): Generator<readonly [SegmentName, number]> {
  for (const { track, epoch, first, chunks } of runs) for (const [n, count] of chunks.entries()) if (count > 0) yield [{ track, epoch, sequence: first + n }, count];
}

/** True if a receipt may have these runs. A run of more than 256 segments may not, nor two that touch: a period ends before it comes to that. */
export function isWithinBounds(runs: readonly ReceiptRun[]): boolean {
  return runs.length <= maxRuns && runs.reduce((sum, { chunks }) => sum + chunks.length, 0) <= maxLines &&
    runs.every((run, n) => n === 0 || follows(runs[n - 1] as ReceiptRun, run.track, run.epoch, run.first));
}

/** What a sender hands in: receipts of its own broadcast, each once for a period of a link. */
export async function writeBatch(receipts: readonly Bytes[], sign: (bytes: Bytes) => Promise<Bytes>): Promise<Bytes> {
  const sorted = [...receipts].sort((a, b) => compare(a.subarray(48, 116), b.subarray(48, 116)));
  const head = concatBytes((sorted[0] as Bytes).subarray(0, 48), new WireWriter(2).u16(sorted.length).bytes, ...(await Promise.all(sorted.map(sha256))));
  return concatBytes(head, await sign(concatBytes(batchTag, head)), ...sorted.flatMap((receipt) => [new WireWriter(4).u32(receipt.length).bytes, receipt]));
}

function compare(a: Bytes, b: Bytes): number {
  for (const [n, byte] of a.entries()) if (byte !== b[n]) return byte - (b[n] ?? 0);
  return 0;
}

function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

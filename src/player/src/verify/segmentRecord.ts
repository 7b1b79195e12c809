import type { Bytes } from "./bytes.js";
import { tryCbor } from "./cbor.js";
import { chunkCount, chunkSize } from "./chunkTree.js";
import { type CoseSign1, readCoseSign1 } from "./coseSign1.js";
import { sha256 } from "./sha256.js";

export const recordContentType = "application/vnd.liveledger.segment-record+cbor";

/** Longest segment, in bytes. */
export const maxSegmentLength = 2 ** 26;

/** Longest .record file taken: item 1, and 32 bytes for each of the 4096 chunks of the longest segment. */
export const maxRecordFileLength = 8192 + 32 * (maxSegmentLength / chunkSize);

const maxUint32 = 2 ** 32 - 1;

/** The last millisecond of the year 9999, the last that every reader of the format can hold. */
const maxUnixMilliseconds = 253_402_300_799_999;

/** The signed statement about one segment; docs/formats/segment-record.md. */
export interface SegmentRecord {
  readonly broadcast: Bytes;
  readonly track: string;
  readonly epoch: number;
  readonly sequence: number;
  /** In ticks of the timescale. */
  readonly decodeTime: bigint;
  /** Ticks a second. */
  readonly timescale: number;
  /** In ticks. */
  readonly duration: number;
  readonly byteLength: number;
  readonly chunkRoot: Bytes;
  readonly initHash: Bytes;
  readonly cryptoPeriod: bigint;
  readonly keyId: Bytes;
  /** Record hash of sequence − 1; zeros at sequence 0. */
  readonly previous: Bytes;
  /** Unix milliseconds. */
  readonly sealedAt: number;
}

/** A parsed .record file, not yet verified. */
export interface RecordFile {
  readonly message: CoseSign1;
  readonly record: SegmentRecord;
  /** Item 1 alone. */
  readonly item: Bytes;
  /** Record hash: SHA-256 of item 1. */
  readonly hash: Bytes;
  /** Leaf hashes, 32 bytes each; unsigned until checked against the root. */
  readonly leaves: Bytes;
}

/** Parses both items of a .record file; undefined for anything the format page does not allow. */
export async function parseRecordFile(file: Bytes): Promise<RecordFile | undefined> {
  if (file.length > maxRecordFileLength) return undefined;
  const parsed = tryCbor(file, (reader) => {
    const message = readCoseSign1(reader);
    const firstItem = file.slice(0, reader.position);
    return { message, firstItem, leaves: reader.byteString(maxRecordFileLength) };
  });
  if (!parsed?.message || parsed.message.contentType !== recordContentType) return undefined;

  const record = parsePayload(parsed.message.payload);
  if (!record || parsed.leaves.length !== 32 * chunkCount(record.byteLength)) return undefined;
  return { message: parsed.message, record, item: parsed.firstItem, hash: await sha256(parsed.firstItem), leaves: parsed.leaves };
}

/** Parses item 1 alone: a record as it stands in the log and in proofs, not yet verified. */
export function parseRecordItem(item: Bytes): { readonly message: CoseSign1; readonly record: SegmentRecord } | undefined {
  const message = tryCbor(item, readCoseSign1);
  const record = message?.contentType === recordContentType ? parsePayload(message.payload) : undefined;
  return message && record && { message, record };
}

function parsePayload(payload: Bytes): SegmentRecord | undefined {
  const record = tryCbor(payload, (map) => {
    map.map(16);
    map.exactly(1);
    map.exactly(1);
    map.exactly(2);
    const broadcast = map.bytesOf(16);
    map.exactly(3);
    const track = map.asciiString(32);
    map.exactly(4);
    const epoch = map.uint(maxUint32);
    map.exactly(5);
    const sequence = map.uint(maxUint32);
    map.exactly(6);
    const decodeTime = map.uint64();
    map.exactly(7);
    const timescale = map.uint(maxUint32);
    map.exactly(8);
    const duration = map.uint(maxUint32);
    map.exactly(9);
    const byteLength = map.uint(maxSegmentLength);
    map.exactly(10);
    map.exactly(chunkSize);
    map.exactly(11);
    const chunkRoot = map.bytesOf(32);
    map.exactly(12);
    const initHash = map.bytesOf(32);
    map.exactly(13);
    const cryptoPeriod = map.uint64();
    map.exactly(14);
    const keyId = map.bytesOf(16);
    map.exactly(15);
    const previous = map.bytesOf(32);
    map.exactly(16);
    const sealedAt = map.uint(maxUnixMilliseconds);
    return {
      broadcast, track, epoch, sequence, decodeTime, timescale, duration, byteLength,
      chunkRoot, initHash, cryptoPeriod, keyId, previous, sealedAt,
    };
  });
  if (!record || !/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/.test(record.track)) return undefined;
  if (record.timescale === 0 || record.duration === 0 || record.byteLength === 0) return undefined;
  return record;
}

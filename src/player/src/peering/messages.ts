import type { Bytes } from "../verify/bytes.js";
import { chunkSize } from "../verify/chunkTree.js";
import { bitmapLength, isSome } from "./bitmap.js";
import { putSegmentName, type SegmentName, segmentNameLength, takeSegmentName } from "./segmentName.js";
import { WireReader, WireWriter } from "./wire.js";

export { chunkSize };
/** Most chunks of a segment. */
export const maxChunks = 4096;
/** Most chunks of a request: 1 MiB. */
export const maxWanted = 64;
/** Most chunks of a message. */
export const maxRun = 4;
/** Most segments of a have. */
export const maxHeld = 64;
/** Bytes of what is stated of a chunk. */
const statementLength = 64;
/** Longest message in bytes. */
export const maxMessage = maxRun * (statementLength + 2 + chunkSize) + 7;
/** Most bytes of a piece, and of what is sent in pieces. */
export const maxPiece = maxRun * chunkSize - 16;
export const maxInPieces = 2 ** 18;

const version = 2;
const maxToken = 4096;
/** Longest receipt. */
const maxReceipt = 4096;
/** Longest fraud proof. */
const maxFraud = 12_288;
const firstOptional = 64;

/** How much of a segment a peer has. */
export interface HeldSegment {
  readonly segment: SegmentName;
  /** How many chunks it has in all, 1 to 4096. */
  readonly chunks: number;
  readonly holding: "none" | "all" | "some";
  /** With "some" alone. */
  readonly bitmap?: Bytes;
}

/** Why a request is not answered: 1 absent, 2 busy, 3 not sending. */
export type NoReason = 1 | 2 | 3;
/** Why a link ends: 1 leaving, 2 full, 3 not admitted, 4 offence. */
export type ByeReason = 1 | 2 | 3 | 4;

/** One message between peers (docs/formats/peer-messages.md). Every number in it is within its bounds. */
export type PeerMessage =
  | { readonly type: "hello"; readonly nonce: Bytes; readonly admission: string }
  | { readonly type: "proof"; readonly signature: Bytes }
  | { readonly type: "have"; readonly held: readonly HeldSegment[] }
  | { readonly type: "want"; readonly request: number; readonly segment: SegmentName; readonly first: number; readonly count: number }
  /** A statement for each chunk: its sender's signature over what it is, good or not. */
  | { readonly type: "chunks"; readonly request: number; readonly first: number; readonly chunks: readonly Bytes[]; readonly statements: readonly Bytes[] }
  | { readonly type: "no"; readonly request: number; readonly reason: NoReason }
  | { readonly type: "cancel"; readonly request: number }
  | { readonly type: "want-record"; readonly request: number; readonly segment: SegmentName }
  | { readonly type: "want-init"; readonly request: number; readonly hash: Bytes }
  | { readonly type: "piece"; readonly request: number; readonly total: number; readonly offset: number; readonly bytes: Bytes }
  | { readonly type: "ping"; readonly token: bigint }
  | { readonly type: "pong"; readonly token: bigint }
  | { readonly type: "sending"; readonly isOn: boolean }
  | { readonly type: "bye"; readonly reason: ByeReason }
  | { readonly type: "revoked"; readonly token: string }
  | { readonly type: "receipt"; readonly receipt: Bytes }
  | { readonly type: "fraud"; readonly proof: Bytes }
  /** Of a later version: passed over. */
  | { readonly type: "optional" };

const holdings = ["none", "all", "some"] as const;

/** Reads a message; undefined for one that no honest peer sends. Bytes in it are views of the message. */
export function readMessage(message: Bytes): PeerMessage | undefined {
  if (message.length < 1 || message.length > maxMessage) return undefined;
  const from = new WireReader(message);
  const type = from.u8() ?? 0;
  if (type >= firstOptional) return { type: "optional" };
  const read = readers[type]?.(from);
  return read && from.atEnd ? read : undefined;
}

const readers: Partial<Record<number, (from: WireReader) => PeerMessage | undefined>> = {
  1: (from) => {
    if (from.u8() !== version) return undefined;
    const nonce = from.take(32);
    const admission = text(from, from.u16());
    return nonce && admission ? { type: "hello", nonce, admission } : undefined;
  },
  2: (from) => {
    const signature = from.take(64);
    return signature && { type: "proof", signature };
  },
  3: readHave,
  4: (from) => {
    const request = from.u32();
    const segment = takeSegmentName(from);
    const first = from.u16();
    const count = from.u16();
    if (request === undefined || !segment || first === undefined || !count || count > maxWanted || first + count > maxChunks) return undefined;
    return { type: "want", request, segment, first, count };
  },
  5: readChunks,
  6: (from) => {
    const request = from.u32();
    const reason = from.u8();
    return request !== undefined && (reason === 1 || reason === 2 || reason === 3) ? { type: "no", request, reason } : undefined;
  },
  7: (from) => {
    const request = from.u32();
    return request === undefined ? undefined : { type: "cancel", request };
  },
  8: (from) => {
    const request = from.u32();
    const segment = takeSegmentName(from);
    return request !== undefined && segment ? { type: "want-record", request, segment } : undefined;
  },
  9: (from) => {
    const request = from.u32();
    const hash = from.take(32);
    return request !== undefined && hash ? { type: "want-init", request, hash } : undefined;
  },
  10: (from) => {
    const request = from.u32();
    const total = from.u32();
    const offset = from.u32();
    if (request === undefined || total === undefined || offset === undefined || total > maxInPieces || offset >= total) return undefined;
    if (from.left < 1 || from.left > maxPiece || from.left > total - offset) return undefined;
    const bytes = from.take(from.left);
    return bytes && { type: "piece", request, total, offset, bytes };
  },
  11: (from) => {
    const token = from.u64();
    return token === undefined ? undefined : { type: "ping", token };
  },
  12: (from) => {
    const token = from.u64();
    return token === undefined ? undefined : { type: "pong", token };
  },
  13: (from) => {
    const on = from.u8();
    return on === 0 || on === 1 ? { type: "sending", isOn: on === 1 } : undefined;
  },
  14: (from) => {
    const reason = from.u8();
    return reason === 1 || reason === 2 || reason === 3 || reason === 4 ? { type: "bye", reason } : undefined;
  },
  15: (from) => {
    const token = text(from, from.left);
    return token ? { type: "revoked", token } : undefined;
  },
  16: (from) => {
    const receipt = from.left > 0 && from.left <= maxReceipt ? from.take(from.left) : undefined;
    return receipt && { type: "receipt", receipt };
  },
  17: (from) => {
    const proof = from.left > 0 && from.left <= maxFraud ? from.take(from.left) : undefined;
    return proof && { type: "fraud", proof };
  },
};

function readHave(from: WireReader): PeerMessage | undefined {
  const count = from.u8();
  if (!count || count > maxHeld) return undefined;
  const held: HeldSegment[] = [];
  for (let n = 0; n < count; n++) {
    const segment = takeSegmentName(from);
    const chunks = from.u16();
    const holding = holdings[from.u8() ?? holdings.length];
    if (!segment || !chunks || chunks > maxChunks || !holding) return undefined;
    if (holding !== "some") {
      held.push({ segment, chunks, holding });
      continue;
    }
    const bitmap = from.take(bitmapLength(chunks));
    if (!bitmap || !isSome(bitmap, chunks)) return undefined;
    held.push({ segment, chunks, holding, bitmap });
  }
  return { type: "have", held };
}

function readChunks(from: WireReader): PeerMessage | undefined {
  const request = from.u32();
  const first = from.u16();
  if (request === undefined || first === undefined) return undefined;
  const chunks: Bytes[] = [];
  const statements: Bytes[] = [];
  for (let length = chunkSize; !from.atEnd; ) {
    // Only a segment's last chunk is short, and nothing comes after it.
    if (chunks.length === maxRun || length !== chunkSize) return undefined;
    const statement = from.take(statementLength);
    length = from.u16() ?? 0;
    if (!statement || length < 1 || length > chunkSize) return undefined;
    const chunk = from.take(length);
    if (!chunk) return undefined;
    chunks.push(chunk);
    statements.push(statement);
  }
  return chunks.length === 0 || first + chunks.length > maxChunks ? undefined : { type: "chunks", request, first, chunks, statements };
}

/** Printable ASCII without spaces, 1 to 4,096 characters. */
function text(from: WireReader, length: number | undefined): string | undefined {
  if (!length || length > maxToken) return undefined;
  const bytes = from.take(length);
  return bytes?.every((byte) => byte >= 0x21 && byte <= 0x7e) ? new TextDecoder().decode(bytes) : undefined;
}

/** Writes a message. What is given is ours, and within its bounds. */
export function writeMessage(message: Exclude<PeerMessage, { type: "optional" }>): Bytes {
  switch (message.type) {
    case "hello":
      return new WireWriter(36 + message.admission.length).u8(1).u8(version).put(message.nonce).u16(message.admission.length).put(ascii(message.admission)).bytes;
    case "proof":
      return new WireWriter(65).u8(2).put(message.signature).bytes;
    case "have": {
      const length = message.held.reduce((sum, { bitmap }) => sum + segmentNameLength + 3 + (bitmap?.length ?? 0), 2);
      const to = new WireWriter(length).u8(3).u8(message.held.length);
      for (const { segment, chunks, holding, bitmap } of message.held) {
        putSegmentName(to, segment).u16(chunks).u8(holdings.indexOf(holding));
        if (bitmap) to.put(bitmap);
      }
      return to.bytes;
    }
    case "want":
      return putSegmentName(new WireWriter(25).u8(4).u32(message.request), message.segment).u16(message.first).u16(message.count).bytes;
    case "chunks": {
      const to = new WireWriter(message.chunks.reduce((sum, chunk) => sum + statementLength + 2 + chunk.length, 7)).u8(5).u32(message.request).u16(message.first);
      for (const [n, chunk] of message.chunks.entries()) to.put(message.statements[n] ?? new Uint8Array(statementLength)).u16(chunk.length).put(chunk);
      return to.bytes;
    }
    case "no":
      return new WireWriter(6).u8(6).u32(message.request).u8(message.reason).bytes;
    case "cancel":
      return new WireWriter(5).u8(7).u32(message.request).bytes;
    case "want-record":
      return putSegmentName(new WireWriter(21).u8(8).u32(message.request), message.segment).bytes;
    case "want-init":
      return new WireWriter(37).u8(9).u32(message.request).put(message.hash).bytes;
    case "piece":
      return new WireWriter(13 + message.bytes.length).u8(10).u32(message.request).u32(message.total).u32(message.offset).put(message.bytes).bytes;
    case "ping":
    case "pong":
      return new WireWriter(9).u8(message.type === "ping" ? 11 : 12).u64(message.token).bytes;
    case "sending":
      return Uint8Array.of(13, message.isOn ? 1 : 0);
    case "bye":
      return Uint8Array.of(14, message.reason);
    case "revoked":
      return new WireWriter(1 + message.token.length).u8(15).put(ascii(message.token)).bytes;
    case "receipt":
      return new WireWriter(1 + message.receipt.length).u8(16).put(message.receipt).bytes;
    case "fraud":
      return new WireWriter(1 + message.proof.length).u8(17).put(message.proof).bytes;
  }
}

function ascii(text: string): Bytes {
  return new TextEncoder().encode(text);
}

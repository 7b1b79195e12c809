import { type Bytes, concatBytes } from "./bytes.js";
import { sha256 } from "./sha256.js";

/** leaf = SHA-256(0x00 ‖ bytes), RFC 6962 §2.1. */
export function leafHash(bytes: Uint8Array): Promise<Bytes> {
  const prefixed = new Uint8Array(bytes.length + 1);
  prefixed.set(bytes, 1);
  return sha256(prefixed);
}

/** node = SHA-256(0x01 ‖ left ‖ right), RFC 6962 §2.1. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Bytes> {
  return sha256(concatBytes(Uint8Array.of(1), left, right));
}

/** Root of a tree without leaves, RFC 6962 §2.1: SHA-256 of nothing. */
export function emptyRoot(): Promise<Bytes> {
  return sha256(new Uint8Array(0));
}

import { sha256 as sha256InScript } from "@noble/hashes/sha2.js";
import type { Bytes } from "./bytes.js";

/** Bytes from which on WebCrypto is quicker: a call of it costs some 90 us however little it hashes, a block of 64 bytes by script less than one. Most digests are of a tree's nodes. */
const worthACall = 4096;

/** SHA-256 by WebCrypto; what is small, and everything in an insecure context, where that is absent, by script. */
export async function sha256(bytes: Bytes): Promise<Bytes> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  return subtle && bytes.length >= worthACall ? new Uint8Array(await subtle.digest("SHA-256", bytes)) : (sha256InScript(bytes) as Bytes);
}

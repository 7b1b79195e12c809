import { sha256 as sha256InScript } from "@noble/hashes/sha2.js";
import type { Bytes } from "./bytes.js";

/** SHA-256 by WebCrypto; in an insecure context, where that is absent, by script. */
export async function sha256(bytes: Bytes): Promise<Bytes> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  return subtle ? new Uint8Array(await subtle.digest("SHA-256", bytes)) : (sha256InScript(bytes) as Bytes);
}

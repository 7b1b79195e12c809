import type { Bytes } from "./bytes.js";
import { tryCbor } from "./cbor.js";
import { readCoseSign1, verifyCoseSign1 } from "./coseSign1.js";
import { Ed25519PublicKey } from "./ed25519.js";

export const certificateContentType = "application/vnd.liveledger.signer-certificate+cbor";

/** The last second of the year 9999, the last that every reader of the format can hold. */
const maxUnixSeconds = 253_402_300_799;

/** The identity key's word that a session key signs one broadcast for a time. */
export interface SignerCertificate {
  readonly broadcast: Bytes;
  readonly sessionKey: Ed25519PublicKey;
  /** Unix seconds. */
  readonly notBefore: number;
  /** Unix seconds. */
  readonly notAfter: number;
  readonly identity: Ed25519PublicKey;
}

/** Parses a certificate and verifies it under the identity key it carries; whether that identity is *trusted* is not said here. */
export async function openCertificate(bytes: Bytes): Promise<SignerCertificate | undefined> {
  const message = tryCbor(bytes, readCoseSign1);
  if (!message || message.contentType !== certificateContentType) return undefined;

  const payload = tryCbor(message.payload, (map) => {
    map.map(6);
    map.exactly(1);
    map.exactly(1);
    map.exactly(2);
    const broadcast = map.bytesOf(16);
    map.exactly(3);
    const sessionKey = map.bytesOf(32);
    map.exactly(4);
    const notBefore = map.uint(maxUnixSeconds);
    map.exactly(5);
    const notAfter = map.uint(maxUnixSeconds);
    map.exactly(6);
    return { broadcast, sessionKey, notBefore, notAfter, identity: map.bytesOf(32) };
  });
  if (!payload || payload.notAfter <= payload.notBefore) return undefined;

  const sessionKey = Ed25519PublicKey.parse(payload.sessionKey);
  const identity = Ed25519PublicKey.parse(payload.identity);
  if (!sessionKey || !identity || !(await verifyCoseSign1(message, identity))) return undefined;
  return { ...payload, broadcast: payload.broadcast.slice(), sessionKey, identity };
}

import { type Bytes, concatBytes, sameBytes } from "./bytes.js";
import { type CborReader, cborHead, tryCbor } from "./cbor.js";
import type { Ed25519PublicKey } from "./ed25519.js";
import { sha256 } from "./sha256.js";

/** Longest payload taken; ours are under 400 bytes. */
const maxPayload = 4096;

/** A parsed, not yet verified COSE_Sign1 (RFC 9052 §4.2) in the one form docs/formats/segment-record.md allows. */
export interface CoseSign1 {
  readonly contentType: string;
  readonly keyId: Bytes;
  readonly payload: Bytes;
  readonly protectedHeader: Bytes;
  readonly signature: Bytes;
}

/** Reads one tagged COSE_Sign1 item where the reader stands. */
export function readCoseSign1(reader: CborReader): CoseSign1 | undefined {
  reader.tag(18);
  reader.array(4);
  const protectedHeader = reader.byteString(256);
  reader.map(0);
  const payload = reader.byteString(maxPayload);
  const signature = reader.bytesOf(64);

  return tryCbor(protectedHeader, (header) => {
    header.map(3);
    header.exactly(1);
    header.exactly(-8); // EdDSA, RFC 9053 §2.2
    header.exactly(3);
    const contentType = header.asciiString(100);
    header.exactly(4);
    const keyId = header.bytesOf(32);
    return { contentType, keyId, payload, protectedHeader, signature };
  });
}

/** True if the message names `key` and carries its signature over Sig_structure (RFC 9052 §4.4). */
export async function verifyCoseSign1(message: CoseSign1, key: Ed25519PublicKey): Promise<boolean> {
  if (!sameBytes(message.keyId, await keyThumbprint(key))) return false;
  const signed = concatBytes(
    cborHead(4, 4),
    text("Signature1"),
    cborHead(2, message.protectedHeader.length),
    message.protectedHeader,
    cborHead(2, 0),
    cborHead(2, message.payload.length),
    message.payload,
  );
  return key.verify(signed, message.signature);
}

/** RFC 9679: SHA-256 over the deterministic CBOR of {1: 1 (OKP), -1: 6 (Ed25519), -2: public key}. */
export function keyThumbprint(key: Ed25519PublicKey): Promise<Bytes> {
  return sha256(concatBytes(Uint8Array.of(0xa3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20), key.bytes));
}

function text(value: string): Bytes {
  const bytes = new TextEncoder().encode(value);
  return concatBytes(cborHead(3, bytes.length), bytes);
}

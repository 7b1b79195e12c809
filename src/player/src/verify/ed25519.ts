import { Point } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import { type Bytes, concatBytes, sameBytes, toHex } from "./bytes.js";

const order = Point.CURVE().n;
/** Good ones of late: the check takes milliseconds, and a broadcaster's key comes with the admission of every neighbour. */
const parsed = new Map<string, Ed25519PublicKey>();
const maxParsed = 256;
const identityPoint = Uint8Array.of(1, ...new Array<number>(31).fill(0));

/** An Ed25519 public key (RFC 8032 §5.1.5): canonical, on the curve, in the main subgroup, not of low order. */
export class Ed25519PublicKey {
  #imported: Promise<CryptoKey> | undefined;

  private constructor(readonly bytes: Bytes) {}

  /**
   * Takes 32 bytes from outside. Verifiers disagree on low-order and non-canonical points; refusing them where a key enters
   * makes every implementation give the same answer for every signature.
   */
  static parse(bytes: Bytes): Ed25519PublicKey | undefined {
    if (bytes.length !== 32) return undefined;
    const name = toHex(bytes);
    const known = parsed.get(name);
    if (known) return known;
    try {
      const point = Point.fromBytes(bytes, false);
      if (point.isSmallOrder() || !point.isTorsionFree()) return undefined;
    } catch {
      return undefined;
    }
    const key = new Ed25519PublicKey(bytes.slice());
    if (parsed.size >= maxParsed) parsed.delete(parsed.keys().next().value ?? "");
    parsed.set(name, key);
    return key;
  }

  equals(other: Ed25519PublicKey): boolean {
    return sameBytes(this.bytes, other.bytes);
  }

  /** True if `signature` is this key's over `message`. By WebCrypto where it knows Ed25519, else by script: same answers. */
  async verify(message: Bytes, signature: Bytes): Promise<boolean> {
    if (signature.length !== 64) return false;
    // libsodium refuses R of low order. Under a key of the main subgroup only the neutral element could pass otherwise.
    if (sameBytes(signature.subarray(0, 32), identityPoint)) return false;

    const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
    if (subtle) {
      let key: CryptoKey | undefined;
      try {
        key = await (this.#imported ??= subtle.importKey("raw", this.bytes, "Ed25519", false, ["verify"]));
      } catch {
        // A browser whose WebCrypto has no Ed25519 yet.
      }
      if (key) return subtle.verify("Ed25519", key, signature, message);
    }
    return verifyInScript(this.bytes, message, signature);
  }
}

/** RFC 8032 §5.1.7 without the cofactor, as libsodium and BoringSSL do it: R' = S·B − k·A must be R byte for byte. */
export function verifyInScript(publicKey: Bytes, message: Bytes, signature: Bytes): boolean {
  const encodedR = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  if (s >= order) return false;
  const k = littleEndian(sha512(concatBytes(encodedR, publicKey, message))) % order;
  const expected = Point.BASE.multiply(s, false).subtract(Point.fromBytes(publicKey, false).multiply(k, false));
  return sameBytes(expected.toBytes(), encodedR);
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return value;
}

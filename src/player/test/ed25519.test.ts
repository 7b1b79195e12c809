import { Point } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { type Bytes, concatBytes } from "../src/verify/bytes.js";
import { Ed25519PublicKey, verifyInScript } from "../src/verify/ed25519.js";
import { hex, readVectors } from "./vectors.js";

const order = Point.CURVE().n;
const seed = new Uint8Array(32).fill(7);

function littleEndian(value: bigint): Bytes {
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i++, value >>= 8n) bytes[i] = Number(value & 255n);
  return bytes;
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** A signature with R = r·B + extra, so that a test can be dishonest in R. */
function sign(message: Bytes, r: bigint, extra = Point.ZERO): { publicKey: Bytes; signature: Bytes } {
  const a = fromLittleEndian(sha512(seed).subarray(0, 31)) % order;
  const publicKey = Point.BASE.multiply(a, false).toBytes() as Bytes;
  const encodedR = Point.BASE.multiply(r, false).add(extra).toBytes() as Bytes;
  const k = fromLittleEndian(sha512(concatBytes(encodedR, publicKey, message))) % order;
  return { publicKey, signature: concatBytes(encodedR, littleEndian((r + k * a) % order)) };
}

/** What both ways of verifying say; they must agree. */
async function verdict(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  const key = Ed25519PublicKey.parse(publicKey);
  if (!key) throw new Error("key refused");
  const byWebCrypto = await key.verify(message, signature);
  const web = globalThis.crypto;
  Object.defineProperty(globalThis, "crypto", { value: {}, configurable: true });
  try {
    expect(await key.verify(message, signature)).toBe(byWebCrypto);
  } finally {
    Object.defineProperty(globalThis, "crypto", { value: web, configurable: true });
  }
  return byWebCrypto;
}

describe("Ed25519", () => {
  const message = hex("6c697665");

  it.each(readVectors<{ vectors: { name: string; public: string; message: string; signature: string }[] }>("rfc8032-ed25519.json").vectors)(
    "takes RFC 8032 $name in both ways of verifying, and refuses it over another message",
    async (given) => {
      const signature = hex(given.signature);
      expect(await verdict(hex(given.public), hex(given.message), signature)).toBe(true);
      expect(await verdict(hex(given.public), hex(`${given.message}00`), signature)).toBe(false);
    },
  );

  it("takes a signature made here, and refuses it with S + L", async () => {
    const { publicKey, signature } = sign(message, 12345n);
    expect(await verdict(publicKey, message, signature)).toBe(true);
    const malleable = concatBytes(signature.subarray(0, 32), littleEndian(fromLittleEndian(signature.subarray(32)) + order));
    expect(await verdict(publicKey, message, malleable)).toBe(false);
  });

  it("refuses R with a torsion part, where a cofactored verifier would not", async () => {
    const torsion = Point.fromBytes(hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), true);
    expect(torsion.isSmallOrder()).toBe(true);
    const { publicKey, signature } = sign(message, 12345n, torsion);
    expect(await verdict(publicKey, message, signature)).toBe(false);
  });

  it("refuses the neutral element as R, as libsodium does", async () => {
    const { publicKey, signature } = sign(message, 0n);
    expect(verifyInScript(publicKey, message, signature)).toBe(true);
    expect(await verdict(publicKey, message, signature)).toBe(false);
  });

  it.each([
    ["the neutral element", "0100000000000000000000000000000000000000000000000000000000000000"],
    ["order 2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"],
    ["order 4", "0000000000000000000000000000000000000000000000000000000000000000"],
    ["order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"],
    ["the neutral element, not canonical", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"],
    ["y = p + 3, not canonical", "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"],
    ["x = 0 with the sign bit", "0100000000000000000000000000000000000000000000000000000000000080"],
    ["not on the curve", "0200000000000000000000000000000000000000000000000000000000000000"],
  ])("refuses a public key that is %s", (_, text) => {
    expect(Ed25519PublicKey.parse(hex(text))).toBeUndefined();
  });

  it("refuses a public key outside the main subgroup", () => {
    const torsion = Point.fromBytes(hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), true);
    expect(Ed25519PublicKey.parse(Point.BASE.add(torsion).toBytes() as Bytes)).toBeUndefined();
  });
});

import { writeFileSync } from "node:fs";
import { Point } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { statementBytes } from "../src/peering/statements.js";
import { type Bytes, concatBytes, toHex } from "../src/verify/bytes.js";
import { Ed25519PublicKey } from "../src/verify/ed25519.js";
import { hex, readVectors, vectorPath } from "./vectors.js";

/** A key and a signature on which verifiers differ, and what both of ours say: the key is refused, or the signature does or does not hold. */
interface Odd {
  name: string;
  public: string;
  message: string;
  signature: string;
  expected: "refused" | "holds" | "not";
}

const order = Point.CURVE().n;
const prime = 2n ** 255n - 19n;
// A point of order 8; its multiples are all that have a low order.
const torsion = Point.fromBytes(hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), true);
const message = statementBytes(new Uint8Array(32).fill(1), 3, new Uint8Array(32).fill(2));
const secret = 1_234_567_890_123_456_789n;
const publicPoint = Point.BASE.multiply(secret);

function little(value: bigint): Bytes {
  return Uint8Array.from({ length: 32 }, (_, n) => Number((value >> BigInt(8 * n)) & 255n));
}

function fromLittle(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** R and the public key as given bytes, S so that S·B = R + k·A in the main subgroup: what a cofactored reader takes whatever is added to either. */
function sign(r: bigint, encodedR: Uint8Array, publicKey: Uint8Array, of = secret): Bytes {
  const k = fromLittle(sha512(concatBytes(encodedR, publicKey, message))) % order;
  return concatBytes(encodedR, little((r + k * of) % order));
}

function casesOf(): Omit<Odd, "expected">[] {
  const r = 987_654_321n;
  const plain = Point.BASE.multiply(r).toBytes();
  const own = publicPoint.toBytes();
  const good = sign(r, plain, own);
  const made: [string, Uint8Array, Uint8Array][] = [
    ["as it should be", own, good],
    ["S + L", own, concatBytes(good.subarray(0, 32), little(fromLittle(good.subarray(32)) + order))],
    ["S = L", own, concatBytes(plain, little(order))],
    ["S with its highest bit set", own, concatBytes(good.subarray(0, 63), Uint8Array.of((good[63] ?? 0) | 0x80))],
    ["S = 0 and R = -k·A", own, (() => { const s = sign(0n, plain, own); return concatBytes(s.subarray(0, 32), new Uint8Array(32)); })()],
    ["all zeros", own, new Uint8Array(64)],
    ["R the neutral element", own, sign(0n, Point.ZERO.toBytes(), own)],
    ["R the neutral element, not canonical", own, sign(0n, little(prime + 1n), own)],
    ["R beyond the field", own, sign(r, little(2n ** 255n - 1n), own)],
    ["R off the curve", own, sign(r, hex(`02${"00".repeat(31)}`), own)],
  ];
  for (let n = 1; n < 8; n++) {
    const extra = torsion.multiply(BigInt(n));
    made.push([`R of low order (${n})`, own, sign(0n, extra.toBytes(), own)]);
    made.push([`R with a part of low order (${n})`, own, sign(r, Point.BASE.multiply(r).add(extra).toBytes(), own)]);
    made.push([`a key of low order (${n})`, extra.toBytes(), sign(r, plain, extra.toBytes(), 0n)]);
    made.push([`a key with a part of low order (${n})`, publicPoint.add(extra).toBytes(), sign(r, plain, publicPoint.add(extra).toBytes())]);
  }
  const encodings: [string, Uint8Array][] = [
    ["the neutral element", Point.ZERO.toBytes()], ["the neutral element with a sign", concatBytes(Point.ZERO.toBytes().subarray(0, 31), Uint8Array.of(0x80))],
    ["y = 1 + p", little(prime + 1n)], ["y = p", little(prime)], ["y = p with a sign", little(prime + 2n ** 255n)], ["y = -1 with a sign", little(prime - 1n + 2n ** 255n)], ["off the curve", hex(`02${"00".repeat(31)}`)], ["all ones", new Uint8Array(32).fill(255)],
  ];
  for (const [name, key] of encodings) made.push([`the key ${name}`, key, sign(r, plain, key, 0n)]);
  return made.map(([name, key, signature]) => ({ name, public: toHex(key), message: toHex(message), signature: toHex(signature) }));
}

async function judge({ public: point, signature }: Omit<Odd, "expected">): Promise<Odd["expected"]> {
  const key = Ed25519PublicKey.parse(hex(point));
  if (!key) return "refused";
  return (await key.verify(message, hex(signature))) ? "holds" : "not";
}

describe("Odd keys and signatures, shared with C#", () => {
  it("are the committed ones", async () => {
    const cases = await Promise.all(casesOf().map(async (odd) => ({ ...odd, expected: await judge(odd) })));
    const text = `${JSON.stringify({ cases }, null, 1)}\n`;
    if (process.env["LIVELEDGER_WRITE_VECTORS"] === "1") writeFileSync(vectorPath("ed25519-odd.json"), text);
    expect(readVectors("ed25519-odd.json")).toEqual({ cases });
  });

  it.each(readVectors<{ cases: Odd[] }>("ed25519-odd.json").cases)("$name: $expected, by WebCrypto and by script", async (odd) => {
    expect(await judge(odd)).toBe(odd.expected);
    const web = globalThis.crypto;
    Object.defineProperty(globalThis, "crypto", { value: {}, configurable: true });
    try {
      expect(await judge(odd)).toBe(odd.expected);
    } finally {
      Object.defineProperty(globalThis, "crypto", { value: web, configurable: true });
    }
  });

  it("hold only where nothing is odd", () => {
    const { cases } = readVectors<{ cases: Odd[] }>("ed25519-odd.json");
    expect(cases.filter(({ expected }) => expected === "holds").map(({ name }) => name)).toEqual(["as it should be"]);
    // Every key of low order, of a mixed one, or in a form of its own is refused before a signature is looked at.
    expect(cases.filter(({ name }) => /key/.test(name)).every(({ expected }) => expected === "refused")).toBe(true);
  });
});

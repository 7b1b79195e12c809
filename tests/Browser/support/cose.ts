import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";

/** A writer of its own, so that the player's reader is not tested against itself. */
export type Cbor = number | bigint | string | Uint8Array | Cbor[] | Map<number, Cbor>;

/** Deterministic CBOR of what docs/formats/segment-record.md needs. */
export function encode(item: Cbor): Buffer {
  if (typeof item === "number" || typeof item === "bigint") return item < 0 ? head(1, -1n - BigInt(item)) : head(0, BigInt(item));
  if (typeof item === "string") return Buffer.concat([head(3, BigInt(Buffer.byteLength(item))), Buffer.from(item)]);
  if (item instanceof Uint8Array) return Buffer.concat([head(2, BigInt(item.length)), item]);
  if (Array.isArray(item)) return Buffer.concat([head(4, BigInt(item.length)), ...item.map(encode)]);
  const pairs = [...item].map(([key, value]) => [encode(key), encode(value)] as const).sort(([a], [b]) => Buffer.compare(a, b));
  return Buffer.concat([head(5, BigInt(pairs.length)), ...pairs.flat()]);
}

function head(major: number, value: bigint): Buffer {
  const width = value < 24n ? 0 : value < 0x100n ? 1 : value < 0x10000n ? 2 : value < 0x100000000n ? 4 : 8;
  const first = (major << 5) | (width === 0 ? Number(value) : 24 + Math.log2(width));
  return Buffer.from([first, ...Array.from({ length: width }, (_, i) => Number((value >> BigInt(8 * (width - 1 - i))) & 255n))]);
}

/** An Ed25519 key pair. */
export class SigningKey {
  readonly #private: KeyObject;
  readonly publicKey: Buffer;

  /** @param seed 32 bytes. */
  constructor(seed: Uint8Array) {
    // PKCS #8 of an Ed25519 key (RFC 8410 §7) is this prefix and the seed.
    const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
    this.#private = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    this.publicKey = createPublicKey(this.#private).export({ format: "der", type: "spki" }).subarray(-32);
  }

  /** The text form of an identity. */
  get text(): string {
    return this.publicKey.toString("base64url");
  }

  /** The bare signature of bytes. */
  signBytes(message: Uint8Array): Buffer {
    return sign(null, message, this.#private);
  }

  /** COSE_Sign1 (RFC 9052 §4.2), tagged. */
  sign(contentType: string, payload: Uint8Array): Buffer {
    const kid = createHash("sha256").update(encode(new Map<number, Cbor>([[1, 1], [-1, 6], [-2, this.publicKey]]))).digest();
    const header = encode(new Map<number, Cbor>([[1, -8], [3, contentType], [4, kid]]));
    const signature = sign(null, encode(["Signature1", header, Buffer.alloc(0), payload]), this.#private);
    return Buffer.concat([head(6, 18n), encode([header, new Map(), payload, signature])]);
  }

  /** A signer certificate for a session key, by this identity. */
  certify(broadcast: Uint8Array, sessionKey: Uint8Array, term: { notBefore: number; notAfter: number }): Buffer {
    const payload = new Map<number, Cbor>([
      [1, 1], [2, broadcast], [3, sessionKey], [4, term.notBefore], [5, term.notAfter], [6, this.publicKey],
    ]);
    return this.sign("application/vnd.liveledger.signer-certificate+cbor", encode(payload));
  }

  /** A .record file over a segment. */
  record(fields: RecordFields, segment: Uint8Array): Buffer {
    const leaves = leavesOf(segment);
    const payload = new Map<number, Cbor>([
      [1, 1], [2, fields.broadcast], [3, fields.track], [4, fields.epoch], [5, fields.sequence], [6, fields.decodeTime],
      [7, fields.timescale], [8, fields.duration], [9, segment.length], [10, 16384], [11, rootOf(leaves)],
      [12, fields.initHash], [13, 0], [14, fields.keyId], [15, fields.previous], [16, fields.sealedAt],
    ]);
    return this.wrap(encode(payload), Buffer.concat(leaves));
  }

  /** A .record file of a payload as it is: for re-signing what another key signed. */
  wrap(payload: Uint8Array, leaves: Uint8Array): Buffer {
    return Buffer.concat([this.sign("application/vnd.liveledger.segment-record+cbor", payload), encode(leaves)]);
  }
}

export interface RecordFields {
  broadcast: Uint8Array;
  track: string;
  epoch: number;
  sequence: number;
  decodeTime: number | bigint;
  timescale: number;
  duration: number;
  initHash: Uint8Array;
  keyId: Uint8Array;
  previous: Uint8Array;
  /** Unix milliseconds. */
  sealedAt: number;
}

/** SHA-256 of item 1 of a .record file, whose item 2 holds `leafCount` hashes. */
export function recordHash(file: Uint8Array, leafCount: number): Buffer {
  const item2 = encode(new Uint8Array(32 * leafCount)).length;
  return createHash("sha256").update(file.subarray(0, file.length - item2)).digest();
}

export function leavesOf(segment: Uint8Array): Buffer[] {
  const leaves: Buffer[] = [];
  for (let at = 0; at < segment.length; at += 16384) {
    leaves.push(createHash("sha256").update(Uint8Array.of(0)).update(segment.subarray(at, at + 16384)).digest());
  }
  return leaves;
}

function rootOf(leaves: Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0] as Buffer;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return createHash("sha256").update(Uint8Array.of(1)).update(rootOf(leaves.slice(0, split))).update(rootOf(leaves.slice(split))).digest();
}

import { createHash } from "node:crypto";

const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const number = (value: bigint, bytes: number): Buffer => Buffer.from(value.toString(16).padStart(2 * bytes, "0"), "hex");
const text = (value: string): Buffer => Buffer.concat([number(BigInt(Buffer.byteLength(value)), 2), Buffer.from(value)]);
export const hex = (bytes: Uint8Array): `0x${string}` => `0x${Buffer.from(bytes).toString("hex")}`;

/** An entry of version 1 by docs/formats/log.md. */
export function entryOf(stream: string, type: string, recordedAtSeconds: bigint, payload = Buffer.from("{}"), salt = Buffer.alloc(16, 7)): Buffer {
  return Buffer.concat([
    number(1n, 1), Buffer.alloc(16, 3), text(stream), number(0n, 8), text(type), number(1n, 2), number(recordedAtSeconds * 1_000_000n, 8),
    text("system"), sha256(salt, payload),
  ]);
}

export type Inclusion = { size: bigint; index: bigint; entry: `0x${string}`; path: `0x${string}`[] };

/** A log's tree by the definitions of RFC 6962 §2.1. */
export class Log {
  private readonly entries: Buffer[] = [];

  get size(): bigint {
    return BigInt(this.entries.length);
  }

  append(entry: Buffer): number {
    return this.entries.push(entry) - 1;
  }

  root(): `0x${string}` {
    return hex(this.hash(0, this.entries.length));
  }

  /** By the whole log. */
  inclusion(index: number): Inclusion {
    return { size: this.size, index: BigInt(index), entry: hex(this.entries[index]!), path: this.path(index, 0, this.entries.length).map(hex) };
  }

  private hash(start: number, end: number): Buffer {
    if (end - start === 1) return sha256(Buffer.from([0]), this.entries[start]!);
    const split = start + half(end - start);
    return sha256(Buffer.from([1]), this.hash(start, split), this.hash(split, end));
  }

  private path(index: number, start: number, end: number): Buffer[] {
    if (end - start === 1) return [];
    const split = start + half(end - start);
    return index < split
      ? [...this.path(index, start, split), this.hash(split, end)]
      : [...this.path(index, split, end), this.hash(start, split)];
  }
}

function half(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** A leaf of a tree of 2^levels, whose other hashes nobody knows the leaves of. */
export function deepProof(entry: Buffer, levels: number): { size: bigint; index: bigint; path: `0x${string}`[]; root: `0x${string}` } {
  const size = 1n << BigInt(levels);
  const index = (size * 2n) / 3n;
  const path: Buffer[] = [];
  let hash = sha256(Buffer.from([0]), entry);
  for (let level = 0; level < levels; level++) {
    const sibling = sha256(Buffer.from(`level ${level}`));
    path.push(sibling);
    hash = (index >> BigInt(level)) & 1n ? sha256(Buffer.from([1]), sibling, hash) : sha256(Buffer.from([1]), hash, sibling);
  }
  return { size, index, path: path.map(hex), root: hex(hash) };
}

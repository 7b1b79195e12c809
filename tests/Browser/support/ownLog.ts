import { createHash } from "node:crypto";
import type { SigningKey } from "./cose.js";

/** A log in the C2SP formats, written apart from the server's and the page's: its writer can be as dishonest as a test wants. */
export class OwnLog {
  readonly #leaves: Buffer[];

  /** @param witnesses Who cosigns, and when (Unix seconds). */
  constructor(
    readonly origin: string,
    private readonly key: SigningKey,
    readonly entries: readonly Buffer[],
    private readonly witnesses: readonly { name: string; key: SigningKey; time: number }[] = [],
  ) {
    this.#leaves = entries.map((entry) => sha256(Buffer.of(0), entry));
  }

  get size(): number {
    return this.entries.length;
  }

  get vkey(): string {
    return vkeyOf(this.origin, 1, this.key);
  }

  get checkpoint(): Buffer {
    const text = `${this.origin}\n${this.size}\n${this.root(0, this.size).toString("base64")}\n`;
    const lines = [line(this.origin, 1, this.key, this.key.signBytes(Buffer.from(text)))];
    for (const { name, key, time } of this.witnesses) {
      const at = Buffer.alloc(8);
      at.writeBigUInt64BE(BigInt(time));
      lines.push(line(name, 4, key, Buffer.concat([at, key.signBytes(Buffer.from(`cosignature/v1\ntime ${time}\n${text}`))])));
    }
    return Buffer.from(`${text}\n${lines.join("")}`);
  }

  /** What it answers at a path below /log; undefined for what it does not have. */
  answer(path: string): Buffer | undefined {
    if (path === "/log/key") return Buffer.from(`${this.vkey}\n`);
    if (path === "/log/checkpoint") return this.checkpoint;
    const tile = /^\/log\/tile\/(\d+|entries)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(path);
    if (!tile) return undefined;
    const first = 256 * Number((tile[2] ?? "").replace(/[x/]/g, ""));
    const indexes = Array.from({ length: Number(tile[3] ?? 256) }, (_, i) => first + i);
    if (tile[1] === "entries") return Buffer.concat(indexes.map((i) => this.entry(i)).flatMap((entry) => [Buffer.of(entry.length >> 8, entry.length), entry]));
    const span = 256 ** Number(tile[1]);
    return Buffer.concat(indexes.map((i) => this.root(i * span, (i + 1) * span)));
  }

  protected entry(index: number): Buffer {
    return this.entries[index] as Buffer;
  }

  /** RFC 6962 §2.1 over the leaves from `start` to `end`. */
  protected root(start: number, end: number): Buffer {
    if (end - start === 0) return sha256();
    if (end - start === 1) return this.#leaves[start] as Buffer;
    let split = 1;
    while (2 * split < end - start) split *= 2;
    return sha256(Buffer.of(1), this.root(start, start + split), this.root(start + split, end));
  }
}

/** A log of any size whose entries are all alike, so that a full subtree's hash follows from its height. */
export class UniformLog extends OwnLog {
  readonly #full: Buffer[];

  constructor(origin: string, key: SigningKey, private readonly each: Buffer, private readonly count: number) {
    super(origin, key, []);
    this.#full = [sha256(Buffer.of(0), each)];
    for (let i = 0; i < 53; i++) this.#full.push(sha256(Buffer.of(1), this.#full[i] as Buffer, this.#full[i] as Buffer));
  }

  override get size(): number {
    return this.count;
  }

  protected override entry(): Buffer {
    return this.each;
  }

  protected override root(start: number, end: number): Buffer {
    const height = Math.log2(end - start);
    return Number.isInteger(height) ? (this.#full[height] as Buffer) : super.root(start, end);
  }
}

/** Entries that are nobody's: a log's entries may be anything. */
export function texts(count: number, changed?: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => Buffer.from(i === changed ? "changed" : `entry ${i}`));
}

/** `name+hex8(key id)+base64(type ‖ key)`. */
export function vkeyOf(name: string, type: number, key: SigningKey): string {
  return `${name}+${keyId(name, type, key).toString("hex")}+${Buffer.concat([Buffer.of(type), key.publicKey]).toString("base64")}`;
}

function line(name: string, type: number, key: SigningKey, signature: Buffer): string {
  return `\u2014 ${name} ${Buffer.concat([keyId(name, type, key), signature]).toString("base64")}\n`;
}

function keyId(name: string, type: number, key: SigningKey): Buffer {
  return sha256(Buffer.from(name), Buffer.of(0x0a, type), key.publicKey).subarray(0, 4);
}

export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

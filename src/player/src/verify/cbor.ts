import type { Bytes } from "./bytes.js";

/** Thrown inside this folder only; every public parser turns it into `undefined`. */
export class MalformedCbor extends Error {}

/**
 * Reads deterministic CBOR (RFC 8949 §4.2.1) and nothing else: shortest heads, definite lengths. The order of map keys is
 * the caller's to check, by reading the keys it expects in their order.
 */
export class CborReader {
  #at = 0;

  constructor(private readonly bytes: Bytes) {}

  /** Offset of the next byte. */
  get position(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at === this.bytes.length;
  }

  /** An unsigned integer of at most `max` (which is at most 2^53 − 1). */
  uint(max: number): number {
    const value = this.#head(0);
    if (value > BigInt(max)) throw new MalformedCbor("integer out of range");
    return Number(value);
  }

  /** An unsigned integer of up to 64 bits. */
  uint64(): bigint {
    return this.#head(0);
  }

  /** An integer that must be exactly `expected`. */
  exactly(expected: number): void {
    const value = expected < 0 ? -1n - this.#head(1) : this.#head(0);
    if (value !== BigInt(expected)) throw new MalformedCbor(`${expected} expected`);
  }

  /** A byte string; a view into the input. */
  bytesOf(length: number): Bytes {
    const value = this.byteString(length);
    if (value.length !== length) throw new MalformedCbor("byte string of another length");
    return value;
  }

  /** A byte string of at most `max` bytes; a view into the input. */
  byteString(max: number): Bytes {
    return this.#take(this.#head(2), max);
  }

  /** A text string of at most `max` ASCII characters. */
  asciiString(max: number): string {
    const taken = this.#take(this.#head(3), max);
    if (taken.some((byte) => byte < 0x20 || byte > 0x7e)) throw new MalformedCbor("text is not plain ASCII");
    return String.fromCharCode(...taken);
  }

  array(count: number): void {
    if (this.#head(4) !== BigInt(count)) throw new MalformedCbor("array of another length");
  }

  map(count: number): void {
    if (this.#head(5) !== BigInt(count)) throw new MalformedCbor("map of another size");
  }

  tag(number: number): void {
    if (this.#head(6) !== BigInt(number)) throw new MalformedCbor("another tag");
  }

  end(): void {
    if (!this.atEnd) throw new MalformedCbor("bytes after the last item");
  }

  #take(length: bigint, max: number): Bytes {
    if (length > BigInt(max) || Number(length) > this.bytes.length - this.#at) throw new MalformedCbor("string too long");
    const start = this.#at;
    this.#at += Number(length);
    return this.bytes.subarray(start, this.#at);
  }

  /** Reads an item's head; refuses another major type, an indefinite length and a head longer than need be. */
  #head(majorType: number): bigint {
    const first = this.#byte();
    if (first >> 5 !== majorType) throw new MalformedCbor(`major type ${majorType} expected`);
    const info = first & 31;
    if (info < 24) return BigInt(info);
    if (info > 27) throw new MalformedCbor("indefinite or reserved length");

    const width = 1 << (info - 24);
    let value = 0n;
    for (let i = 0; i < width; i++) value = (value << 8n) | BigInt(this.#byte());
    const smallest = info === 24 ? 24n : 1n << BigInt(4 * width);
    if (value < smallest) throw new MalformedCbor("head is not the shortest");
    return value;
  }

  #byte(): number {
    const byte = this.bytes[this.#at];
    if (byte === undefined) throw new MalformedCbor("input ends early");
    this.#at++;
    return byte;
  }
}

/** Runs a parser; `undefined` where the bytes are not what it expects. */
export function tryCbor<T>(bytes: Bytes, parse: (reader: CborReader) => T): T | undefined {
  try {
    const reader = new CborReader(bytes);
    const value = parse(reader);
    reader.end();
    return value;
  } catch (error) {
    if (error instanceof MalformedCbor) return undefined;
    throw error;
  }
}

/** The head of an item in its shortest form (RFC 8949 §3, §4.2.1), for the few structures that are hashed or verified here. */
export function cborHead(majorType: number, value: number): Bytes {
  const major = majorType << 5;
  if (value < 24) return Uint8Array.of(major | value);
  if (value < 0x100) return Uint8Array.of(major | 24, value);
  if (value < 0x10000) return Uint8Array.of(major | 25, value >> 8, value & 255);
  return Uint8Array.of(major | 26, (value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

import type { Bytes } from "../verify/bytes.js";

/** Takes fields off the front of a message, big-endian. Undefined once something is not there, and from then on. */
export class WireReader {
  #at = 0;
  readonly #view: DataView;

  constructor(private readonly bytes: Bytes) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.#at;
  }

  get atEnd(): boolean {
    return this.#at === this.bytes.length;
  }

  u8(): number | undefined {
    return this.#take(1, (at) => this.#view.getUint8(at));
  }

  u16(): number | undefined {
    return this.#take(2, (at) => this.#view.getUint16(at));
  }

  u32(): number | undefined {
    return this.#take(4, (at) => this.#view.getUint32(at));
  }

  u64(): bigint | undefined {
    return this.#take(8, (at) => this.#view.getBigUint64(at));
  }

  /** A view of the message, not a copy. */
  take(length: number): Bytes | undefined {
    return this.#take(length, (at) => this.bytes.subarray(at, at + length));
  }

  #take<T>(length: number, read: (at: number) => T): T | undefined {
    if (length > this.left) {
      this.#at = this.bytes.length + 1;
      return undefined;
    }
    const value = read(this.#at);
    this.#at += length;
    return value;
  }
}

/** Puts fields into a message of known length, big-endian. */
export class WireWriter {
  readonly bytes: Bytes;
  #at = 0;
  readonly #view: DataView;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  u8(value: number): this {
    this.#view.setUint8(this.#next(1), value);
    return this;
  }

  u16(value: number): this {
    this.#view.setUint16(this.#next(2), value);
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#next(4), value);
    return this;
  }

  u64(value: bigint): this {
    this.#view.setBigUint64(this.#next(8), value);
    return this;
  }

  put(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.#next(bytes.length));
    return this;
  }

  #next(length: number): number {
    const at = this.#at;
    this.#at += length;
    return at;
  }
}

import { type Bytes, concatBytes, toHex } from "../bytes.js";
import { sha256 } from "../sha256.js";
import { maxEntryLength } from "./tiles.js";
import { fromUtf8 } from "./utf8.js";

/** Bytes of a salt. Fixed, so that no byte can move between salt and payload. */
export const saltLength = 16;

/** The last microsecond of the year 9999. */
const maxMicroseconds = 253_402_300_799_999_999n;

/** What the log commits to of one event (docs/formats/log.md, "Entry"). */
export interface LedgerEntry {
  /** UUID. */
  readonly eventId: string;
  readonly stream: string;
  /** Place in the stream, counting from 0. */
  readonly streamVersion: bigint;
  readonly type: string;
  /** Version of that event's payload. */
  readonly schema: number;
  /** Unix microseconds, the appender's clock. */
  readonly recordedAt: bigint;
  /** `system` or a pseudonym. */
  readonly actor: string;
  /** UUID of what the event belongs to. */
  readonly correlation: string | undefined;
  /** UUID of what caused the event. */
  readonly causation: string | undefined;
  readonly payloadDigest: Bytes;
}

/** Reads an entry from outside; undefined for anything the format page does not allow. */
export function parseEntry(bytes: Bytes): LedgerEntry | undefined {
  if (bytes.length > maxEntryLength) return undefined;
  try {
    return read(new Fields(bytes));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** SHA-256(salt ‖ payload): what the log knows of a payload. Undefined if the salt is none. */
export async function payloadDigest(salt: Bytes, payload: Bytes): Promise<Bytes | undefined> {
  return salt.length === saltLength ? sha256(concatBytes(salt, payload)) : undefined;
}

function read(fields: Fields): LedgerEntry {
  const version = fields.byte();
  if (version !== 1 && version !== 2) throw new RangeError();
  const eventId = uuid(fields.take(16));
  const stream = fields.text();
  const streamVersion = fields.uint64();
  const type = fields.text();
  const schema = fields.uint16();
  const recordedAt = fields.uint64();
  const actor = fields.text();
  const [correlation, causation] = version === 2 ? [cause(fields), cause(fields)] : [undefined, undefined];
  // Without a cause it would be written again as version 1, and one entry must not have two forms.
  if (recordedAt > maxMicroseconds || (version === 2 && !correlation && !causation)) throw new RangeError();
  const digest = fields.take(32);
  fields.end();
  return { eventId, stream, streamVersion, type, schema, recordedAt, actor, correlation, causation, payloadDigest: digest };
}

function cause(fields: Fields): string | undefined {
  const bytes = fields.take(16);
  return bytes.every((byte) => byte === 0) ? undefined : uuid(bytes);
}

function uuid(bytes: Uint8Array): string {
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Fields in fixed order; a RangeError where they do not fit. */
class Fields {
  #at = 0;
  readonly #view: DataView;

  constructor(private readonly bytes: Bytes) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  take(length: number): Bytes {
    if (this.bytes.length - this.#at < length) throw new RangeError();
    this.#at += length;
    return this.bytes.slice(this.#at - length, this.#at);
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  uint16(): number {
    this.take(2);
    return this.#view.getUint16(this.#at - 2);
  }

  uint64(): bigint {
    this.take(8);
    return this.#view.getBigUint64(this.#at - 8);
  }

  /** Not empty, and without control characters. */
  text(): string {
    const bytes = this.take(this.uint16());
    const text = fromUtf8(bytes);
    if (!text || bytes.some((byte) => byte < 0x20 || byte === 0x7f)) throw new RangeError();
    return text;
  }

  end(): void {
    if (this.#at !== this.bytes.length) throw new RangeError();
  }
}

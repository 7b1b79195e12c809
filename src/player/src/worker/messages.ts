import type { Bytes } from "../verify/bytes.js";
import type { CheckFailure } from "../verify/failure.js";

/** The slot asked for; the broadcast is the worker's own. */
export interface AskedSlot {
  readonly track: string;
  readonly sequence: number;
  readonly epoch?: number | undefined;
}

/** What a checked record says that peers go by. */
export interface RecordFacts {
  readonly byteLength: number;
  /** 32 bytes for each chunk. */
  readonly leaves: Bytes;
  readonly initHash: Bytes;
  /** SHA-256 of the record itself. */
  readonly recordHash: Bytes;
  /** The certificate that it was checked by, as it came. */
  readonly certificate: Bytes;
}

/** What the page asks of the worker. Buffers are transferred, never copied, but for a record alone, which the page goes on with. */
export type Question =
  | { readonly kind: "open"; readonly broadcast: Bytes; readonly certificate: Bytes; readonly pinnedIdentity?: Bytes | undefined }
  | { readonly kind: "init"; readonly name: string; readonly bytes: Bytes; readonly record: Bytes; readonly slot: AskedSlot }
  | { readonly kind: "record"; readonly record: Bytes; readonly slot: AskedSlot }
  | { readonly kind: "segment"; readonly initName: string; readonly bytes: Bytes; readonly record: Bytes; readonly slot: AskedSlot };

/**
 * What the worker answers. Checked bytes come back only with a good verdict, so the page has nothing to play after a bad
 * one. `fault` is a defect or a browser that lacks something, not a verdict.
 */
export type Answer =
  | { readonly verdict: "good"; readonly milliseconds: number; readonly bytes?: Bytes; readonly identity?: Bytes; readonly facts?: RecordFacts }
  | { readonly verdict: "bad"; readonly milliseconds: number; readonly failure: CheckFailure }
  | { readonly verdict: "fault"; readonly message: string };

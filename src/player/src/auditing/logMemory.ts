import { attempt } from "../playback/viewerAccess.js";
import type { Bytes } from "../verify/bytes.js";
import { fromBase64, toBase64 } from "../verify/log/base64.js";
import { maxNoteLength } from "../verify/log/note.js";

const place = "liveledger.audit.log";

/** What this browser keeps of a log: the key it saw first, and the last checkpoint that passed every check. */
export interface Remembered {
  readonly vkey: string;
  /** When the key was first seen, Unix milliseconds. */
  readonly keySince: number;
  /** The checkpoint as signed. */
  readonly note: Bytes;
  /** When it was seen, Unix milliseconds. */
  readonly seenAt: number;
}

/** Trust on first use: the browser's memory of the log at this address. */
export class LogMemory {
  constructor(private readonly storage: Storage | undefined) {}

  read(): Remembered | undefined {
    const text = attempt(() => this.storage?.getItem(place));
    if (!text || text.length > 2 * maxNoteLength) return undefined;
    const { vkey, keySince, note, seenAt } = (attempt(() => JSON.parse(text) as unknown) ?? {}) as Record<string, unknown>;
    const bytes = typeof note === "string" ? fromBase64(note) : undefined;
    return typeof vkey === "string" && typeof keySince === "number" && typeof seenAt === "number" && bytes ? { vkey, keySince, note: bytes, seenAt } : undefined;
  }

  /** False where the browser keeps nothing: the next visit is then a first one again. */
  write(remembered: Remembered): boolean {
    const text = JSON.stringify({ ...remembered, note: toBase64(remembered.note) });
    return attempt(() => this.storage?.setItem(place, text) ?? true) !== undefined && this.storage !== undefined;
  }

  /** Forgets key and checkpoint. */
  clear(): void {
    attempt(() => this.storage?.removeItem(place));
  }
}

import { linesOf, type NoteResult, type SignedNote } from "./note.js";
import type { WitnessKey } from "./vkey.js";

/** Bytes after the key id: the time, and an Ed25519 signature. */
export const cosignatureLength = 8 + 64;

/** The last second of the year 9999. The format goes further; nobody who signs today does. */
const maxSeconds = 253_402_300_799n;

/** Asks whether this witness cosigned the note; if so `time` is when, in Unix seconds, and of several the latest. */
export async function verifyCosignature(note: SignedNote, key: WitnessKey): Promise<{ result: NoteResult; time?: number }> {
  let latest: number | undefined;
  for (const line of linesOf(note, key)) {
    const seconds = cosignedAt(line.signature);
    // Every line that claims the key must be right (signed-note): a second, wrong one is somebody's tampering.
    if (seconds === undefined || !(await key.key.verify(cosignedMessage(seconds, note.text), line.signature.slice(8)))) return { result: "bad-signature" };
    latest = Math.max(latest ?? 0, seconds);
  }
  return latest === undefined ? { result: "not-signed" } : { result: "valid", time: latest };
}

/** The time that a line claims if it is a cosignature, in Unix seconds; unsigned until verified. */
export function cosignedAt(signature: Uint8Array): number | undefined {
  if (signature.length !== cosignatureLength) return undefined;
  const seconds = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  return seconds <= maxSeconds ? Number(seconds) : undefined;
}

// tlog-cosignature, "Ed25519 signed message". It names neither the witness nor its key.
function cosignedMessage(seconds: number, text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`cosignature/v1\ntime ${seconds}\n${text}`);
}

import type { Bytes } from "../bytes.js";
import { fromBase64 } from "./base64.js";
import { fromUtf8 } from "./utf8.js";
import { isKeyName, type LogKey } from "./vkey.js";

/** Longest note read, in bytes. A post-quantum signature is about 5,000. */
export const maxNoteLength = 64 * 1024;

/** Most signatures on a note. */
export const maxNoteSignatures = 64;

const newline = 0x0a;

/** One signature line. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  /** What follows the key id: for an Ed25519 key 64 bytes, for other types what they define. */
  readonly signature: Bytes;
}

/** A text with signatures under it (C2SP signed-note), taken apart and not yet verified. */
export interface SignedNote {
  /** The signed text, with its final newline. */
  readonly text: string;
  readonly textBytes: Bytes;
  readonly signatures: readonly NoteSignature[];
}

/** What checking a note against a key came to. */
export type NoteResult = "valid" | "not-signed" | "bad-signature";

/** Takes a note from outside apart; undefined for anything signed-note does not allow. */
export function parseNote(bytes: Bytes): SignedNote | undefined {
  // signed-note: the text ends at the last blank line, so a text may hold blank lines of its own.
  const split = lastBlankLine(bytes);
  if (bytes.length > maxNoteLength || split < 0) return undefined;
  const textBytes = bytes.slice(0, split + 1);
  const text = fromUtf8(textBytes);
  const signatures = parseSignatureLines(bytes.subarray(split + 2));
  if (text === undefined || !signatures || textBytes.some((byte) => byte < 0x20 && byte !== newline)) return undefined;
  return { text, textBytes, signatures };
}

/** Asks whether `key` signed the text. Signatures by other names or key ids are passed over. */
export async function verifyNote(note: SignedNote, key: LogKey): Promise<NoteResult> {
  let result: NoteResult = "not-signed";
  for (const line of linesOf(note, key)) {
    // Every line that claims the key must be right: a second, wrong one is somebody's tampering.
    if (!(await key.key.verify(note.textBytes, line.signature))) return "bad-signature";
    result = "valid";
  }
  return result;
}

/** The lines that claim to be by a key. */
export function linesOf(note: SignedNote, key: { readonly name: string; readonly keyId: number }): readonly NoteSignature[] {
  return note.signatures.filter((line) => line.name === key.name && line.keyId === key.keyId);
}

function lastBlankLine(bytes: Uint8Array): number {
  for (let at = bytes.length - 2; at >= 0; at--) if (bytes[at] === newline && bytes[at + 1] === newline) return at;
  return -1;
}

function parseSignatureLines(bytes: Uint8Array): NoteSignature[] | undefined {
  const lines = fromUtf8(bytes)?.split("\n");
  // Each line has its newline, so after the last there is nothing.
  if (lines?.pop() !== "" || lines.length === 0 || lines.length > maxNoteSignatures) return undefined;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const parts = /^\u2014 ([^ ]+) ([^ ]+)$/u.exec(line);
    const decoded = fromBase64(parts?.[2] ?? "");
    if (!parts?.[1] || !isKeyName(parts[1]) || !decoded || decoded.length <= 4) return undefined;
    signatures.push({ name: parts[1], keyId: new DataView(decoded.buffer).getUint32(0), signature: decoded.slice(4) });
  }
  return signatures;
}

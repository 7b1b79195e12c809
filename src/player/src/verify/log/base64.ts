import type { Bytes } from "../bytes.js";

/** Base64 with padding (RFC 4648 §4), as the C2SP formats write it. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** The bytes of a base64 text; undefined unless the text is the one way to write them: no white space, no spare bits. */
export function fromBase64(text: string): Bytes | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  let octets: string;
  try {
    octets = atob(text);
  } catch {
    return undefined;
  }
  // The platform's decoder is lenient with spare bits; what it read must be what we would write.
  if (btoa(octets) !== text) return undefined;
  const bytes = new Uint8Array(octets.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = octets.charCodeAt(i);
  return bytes;
}

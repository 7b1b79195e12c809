import { type Bytes, fromHex } from "../verify/bytes.js";

/**
 * The SHA-256 of the certificate that a session description names (RFC 8122 §5). Undefined unless it names exactly one, by SHA-256: with two, the two sides
 * could each be right about another one.
 */
export function fingerprintOf(sdp: string): Bytes | undefined {
  const lines = sdp.split(/\r\n|\n|\r/).filter((line) => /^a=fingerprint:/i.test(line));
  const named = new Set(lines.map((line) => line.slice("a=fingerprint:".length).trim().toLowerCase()));
  const [only] = named;
  if (named.size !== 1 || only === undefined) return undefined;
  const match = /^sha-256 ([0-9a-f]{2}(?::[0-9a-f]{2}){31})$/.exec(only);
  return match?.[1] === undefined ? undefined : fromHex(match[1].replaceAll(":", ""));
}

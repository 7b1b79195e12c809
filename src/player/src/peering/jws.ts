import { fromBase64Url, toBase64Url } from "../verify/base64Url.js";
import type { Bytes } from "../verify/bytes.js";
import { Ed25519PublicKey } from "../verify/ed25519.js";
import { sha256 } from "../verify/sha256.js";

/** A public key of the platform and the name that its tokens call it by. */
export interface NamedKey {
  readonly kid: string;
  readonly key: Ed25519PublicKey;
}

/** A JWS taken apart: a stranger's word until its signature is checked. */
export interface Jws {
  readonly kid: string;
  readonly payload: Bytes;
  readonly signingInput: Bytes;
  readonly signature: Bytes;
}

/**
 * Reads a JWS in compact form of one kind (docs/formats/admission.md): EdDSA, and a header of exactly alg, typ and kid.
 * Compared as text, since a header in this profile has no escapes: anything that two readers could take differently is refused.
 */
export function parseJws(text: string, typ: string): Jws | undefined {
  const parts = text.split(".");
  if (parts.length !== 3) return undefined;
  const [header, payload, signature] = parts.map(fromBase64Url);
  if (!header || !payload || signature?.length !== 64) return undefined;

  const kid = kidOf(header, typ);
  if (!kid) return undefined;
  return { kid, payload, signature, signingInput: new TextEncoder().encode(`${parts[0]}.${parts[1]}`) };
}

function kidOf(header: Bytes, typ: string): string | undefined {
  if (header.some((byte) => byte < 0x20 || byte > 0x7e || byte === 0x5c)) return undefined;
  const members = parseObject(header);
  if (!members || Object.keys(members).length !== 3 || members["alg"] !== "EdDSA" || members["typ"] !== typ) return undefined;
  const kid = members["kid"];
  // JSON.parse takes the last of two members of a name; without escapes each name is there to be counted.
  const names = new TextDecoder().decode(header).match(/"[^"]*"\s*:/g) ?? [];
  return typeof kid === "string" && names.length === 3 ? kid : undefined;
}

/** One JSON object; undefined for anything else. Well-formed UTF-8 only. */
export function parseObject(bytes: Bytes): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** An Ed25519 public key from a JWK (RFC 8037 §2); undefined for any other, and for a private one. */
export function keyOfJwk(jwk: unknown): Ed25519PublicKey | undefined {
  if (typeof jwk !== "object" || jwk === null) return undefined;
  const { kty, crv, x, d, alg, use } = jwk as Record<string, unknown>;
  if (kty !== "OKP" || crv !== "Ed25519" || typeof x !== "string" || d !== undefined) return undefined;
  if ((alg !== undefined && alg !== "EdDSA") || (use !== undefined && use !== "sig")) return undefined;
  const point = fromBase64Url(x);
  return point && Ed25519PublicKey.parse(point);
}

/** A key's RFC 7638 thumbprint. */
export async function thumbprintOf(key: Ed25519PublicKey): Promise<string> {
  return toBase64Url(await sha256(new TextEncoder().encode(`{"crv":"Ed25519","kty":"OKP","x":"${toBase64Url(key.bytes)}"}`)));
}

/** The keys of a JWK set, each under its own thumbprint, whatever the set calls it. */
export async function keysOfSet(set: unknown): Promise<NamedKey[]> {
  const { keys } = (typeof set === "object" && set !== null ? set : {}) as { keys?: unknown };
  const found = (Array.isArray(keys) ? keys.slice(0, 16) : []).map(keyOfJwk).filter((key) => key !== undefined);
  return Promise.all(found.map(async (key) => ({ key, kid: await thumbprintOf(key) })));
}

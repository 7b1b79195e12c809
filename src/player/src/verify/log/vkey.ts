import { type Bytes, concatBytes, sameBytes } from "../bytes.js";
import { Ed25519PublicKey } from "../ed25519.js";
import { sha256 } from "../sha256.js";
import { fromBase64, toBase64 } from "./base64.js";

/** signed-note: Ed25519 over the note's text, a log's own signature. */
export const logKeyType = 0x01;

/** tlog-cosignature: Ed25519 over a time and the note's text, a witness's. */
export const witnessKeyType = 0x04;

const maxTextLength = 512;
const maxNameBytes = 256;

/** A public key with its name. The two types sign different messages, and neither is taken for the other. */
export interface NamedKey<Type extends 0x01 | 0x04> {
  readonly type: Type;
  readonly name: string;
  readonly key: Ed25519PublicKey;
  /** A hint, not a proof, of which key signed: SHA-256(name ‖ 0x0A ‖ type ‖ key)[:4], big-endian. */
  readonly keyId: number;
  /** The vkey. */
  readonly text: string;
}

export type LogKey = NamedKey<typeof logKeyType>;
export type WitnessKey = NamedKey<typeof witnessKeyType>;

/** The rule for key names (signed-note): not empty, no Unicode space, no plus; and, ours, no control character and at most 256 bytes. */
export function isKeyName(name: string): boolean {
  return name !== "" && !/[+\p{White_Space}\p{Cc}\uFFFD]/u.test(name) && new TextEncoder().encode(name).length <= maxNameBytes;
}

/** Takes `name+hex8(key id)+base64(type ‖ key)` from outside; undefined too if the key id is not that of name and key, or the key is of another type. */
export async function parseVkey<Type extends 0x01 | 0x04>(text: string, type: Type): Promise<NamedKey<Type> | undefined> {
  if (text.length > maxTextLength) return undefined;
  const parts = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  const [name, id, encoded] = [parts?.[1] ?? "", parts?.[2], fromBase64(parts?.[3] ?? "")];
  if (!isKeyName(name) || encoded?.length !== 33 || encoded[0] !== type) return undefined;
  const key = Ed25519PublicKey.parse(encoded.slice(1));
  if (!key) return undefined;
  const keyId = await keyIdOf(name, type, key.bytes);
  return keyId.toString(16).padStart(8, "0") === id ? { type, name, key, keyId, text } : undefined;
}

/** Gives a key a name. */
export async function nameKey<Type extends 0x01 | 0x04>(name: string, type: Type, key: Ed25519PublicKey): Promise<NamedKey<Type>> {
  const keyId = await keyIdOf(name, type, key.bytes);
  return { type, name, key, keyId, text: `${name}+${keyId.toString(16).padStart(8, "0")}+${toBase64(concatBytes(Uint8Array.of(type), key.bytes))}` };
}

export function sameKey(a: NamedKey<0x01 | 0x04>, b: NamedKey<0x01 | 0x04>): boolean {
  return a.type === b.type && a.name === b.name && sameBytes(a.key.bytes, b.key.bytes);
}

async function keyIdOf(name: string, type: number, key: Bytes): Promise<number> {
  const hash = await sha256(concatBytes(new TextEncoder().encode(name), Uint8Array.of(0x0a, type), key));
  return new DataView(hash.buffer).getUint32(0);
}

import { type Bytes, concatBytes } from "../verify/bytes.js";
import type { Ed25519PublicKey } from "../verify/ed25519.js";
import { sameBytes } from "../verify/bytes.js";
import { sha256 } from "../verify/sha256.js";
import { WireWriter } from "./wire.js";

// A domain tag each, and fields of fixed length after it (docs/formats/peer-proofs.md).
const requestTag = "liveledger admission request v1\n";
const joinTag = "liveledger swarm join v1\n";
const linkTag = "liveledger peer link v1\n";

/** What is signed to ask for an admission. */
export async function admissionRequestBytes(issuer: string, broadcast: Bytes, key: Bytes, timeMs: number, nonce: Bytes): Promise<Bytes> {
  return concatBytes(utf8(requestTag), await hashOf(issuer), broadcast, key, new WireWriter(8).u64(BigInt(timeMs)).bytes, nonce);
}

/** What is signed to join a tracker with an admission. */
export async function joinBytes(tracker: string, nonce: Bytes, admission: string): Promise<Bytes> {
  return concatBytes(utf8(joinTag), await hashOf(tracker), nonce, await hashOf(admission));
}

/** Who offered the link, or opened the WebSocket; who answered. */
export type LinkSide = "offerer" | "answerer";

/** What ties a link's proofs to its channel: both DTLS certificates' SHA-256, or the relay's web origin. */
export type Channel = { readonly offererFingerprint: Bytes; readonly answererFingerprint: Bytes } | { readonly origin: string };

/** The facts that both sides of a link sign. */
export interface Link {
  readonly broadcast: Bytes;
  readonly offerer: { readonly key: Ed25519PublicKey; readonly nonce: Bytes };
  readonly answerer: { readonly key: Ed25519PublicKey; readonly nonce: Bytes };
  readonly channel: Channel;
}

/** What a side of a link signs. */
export async function linkBytes(link: Link, side: LinkSide): Promise<Bytes> {
  const { broadcast, offerer, answerer, channel } = link;
  const tied = "origin" in channel
    ? concatBytes(Uint8Array.of(2), new Uint8Array(32), await hashOf(channel.origin))
    : concatBytes(Uint8Array.of(1), channel.offererFingerprint, channel.answererFingerprint);
  return concatBytes(utf8(linkTag), Uint8Array.of(side === "offerer" ? 0 : 1), broadcast, offerer.key.bytes, answerer.key.bytes, offerer.nonce, answerer.nonce, tied);
}

/** True if the proof is that side's, of this link. Two ends with one key are one peer talking to itself, and no link. */
export async function verifyLink(link: Link, side: LinkSide, proof: Bytes): Promise<boolean> {
  if (sameBytes(link.offerer.key.bytes, link.answerer.key.bytes)) return false;
  return link[side].key.verify(await linkBytes(link, side), proof);
}

function hashOf(text: string): Promise<Bytes> {
  return sha256(utf8(text));
}

function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

import { maxChunks } from "../peering/messages.js";
import { fromBase64Url, toBase64Url } from "../verify/base64Url.js";
import type { Bytes } from "../verify/bytes.js";
import type { ChunkSpan } from "./actions.js";

export const maxTrackerMessage = 16_384;
/** Longest text of a signal. */
export const maxSignal = 8_192;
const maxToken = 4_096;
/** Most neighbours that a tracker may allow. */
const maxLinksAllowed = 16;
const maxUint32 = 2 ** 32 - 1;
const trackName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;

export type SignalKind = "offer" | "answer" | "candidate";
export type Nearness = "lan" | "network" | "region" | "far";
export type UnlinkReason = "left" | "failed" | "slow" | "offence";

/** A neighbour that the tracker introduces. */
export interface Introduction {
  readonly peer: string;
  /** Whether this side makes the offer. */
  readonly offers: boolean;
  readonly role: "viewer" | "relay" | "seed";
  readonly near: Nearness;
  /** A relay's web origin. */
  readonly origin?: string;
}

/** A part of a segment that others wait for. */
export interface Stripe {
  readonly track: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly span: ChunkSpan;
}

/** What a tracker says (docs/formats/tracker-messages.md). Every number in it is within its bounds. */
export type FromTracker =
  | { readonly type: "challenge"; readonly nonce: Bytes }
  | { readonly type: "joined"; readonly peer: string; readonly viewers: number; readonly minViewers: number; readonly maxLinks: number }
  | { readonly type: "viewers"; readonly count: number }
  | { readonly type: "introduce"; readonly introduced: Introduction }
  | { readonly type: "signal"; readonly peer: string; readonly kind: SignalKind; readonly text: string }
  | { readonly type: "gone"; readonly peer: string }
  | { readonly type: "stripe"; readonly stripe: Stripe }
  | { readonly type: "limited"; readonly retryAfter: number }
  | { readonly type: "revoked"; readonly token: string }
  | { readonly type: "refused"; readonly code: string }
  /** Of a later version: passed over. */
  | { readonly type: "optional" };

/** What a peer says. */
export type ToTracker =
  | { readonly type: "join"; readonly admission: string; readonly proof: Bytes; readonly tracks: readonly string[]; readonly parted?: readonly string[] }
  | { readonly type: "renew"; readonly admission: string; readonly proof: Bytes }
  | { readonly type: "playing"; readonly tracks: readonly string[]; readonly sharing: boolean }
  | { readonly type: "signal"; readonly peer: string; readonly kind: SignalKind; readonly text: string }
  | { readonly type: "linked"; readonly peer: string; readonly rtt?: number }
  | { readonly type: "unlink"; readonly peer: string; readonly why: UnlinkReason }
  | { readonly type: "figures" } & Figures
  | { readonly type: "more" };

/** How a player does since it joined the tracker: whole numbers, none less than before. */
export interface Figures {
  /** Bytes by where they came from. */
  readonly origin: number;
  readonly relays: number;
  readonly peers: number;
  readonly sent: number;
  /** Chunks that were not what their record says. */
  readonly refused: number;
  readonly stalls: number;
  readonly stalledMs: number;
  /** Behind the broadcast's edge. */
  readonly latencyMs?: number;
}

/** Reads a message of a tracker's; undefined for one that breaks a bound. */
export function readTrackerMessage(text: string): FromTracker | undefined {
  if (text.length > maxTrackerMessage || new TextEncoder().encode(text).length > maxTrackerMessage) return undefined;
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof message !== "object" || message === null || Array.isArray(message)) return undefined;
  const members = message as Record<string, unknown>;
  const { type } = members;
  if (typeof type !== "string" || type.length > 64) return undefined;
  return Object.hasOwn(readers, type) ? readers[type]?.(members) : { type: "optional" };
}

const readers: Record<string, (members: Record<string, unknown>) => FromTracker | undefined> = {
  challenge: ({ version, nonce }) => {
    const bytes = typeof nonce === "string" ? fromBase64Url(nonce) : undefined;
    return version === 1 && bytes?.length === 32 ? { type: "challenge", nonce: bytes } : undefined;
  },
  joined: ({ peer, viewers, minViewers, maxLinks }) =>
    isPeer(peer) && isCount(viewers) && isCount(minViewers) && isCount(maxLinks, maxLinksAllowed) ? { type: "joined", peer, viewers, minViewers, maxLinks } : undefined,
  viewers: ({ count }) => (isCount(count) ? { type: "viewers", count } : undefined),
  introduce: ({ peer, role, offer, near, origin }) => {
    if (!isPeer(peer) || typeof offer !== "boolean" || (role !== "viewer" && role !== "relay" && role !== "seed")) return undefined;
    if (near !== "lan" && near !== "network" && near !== "region" && near !== "far") return undefined;
    if (origin !== undefined && (role === "viewer" || !isOrigin(origin))) return undefined;
    return { type: "introduce", introduced: { peer, role, near, offers: offer, ...(origin === undefined ? {} : { origin }) } };
  },
  signal: ({ peer, kind, text }) => (isPeer(peer) && isKind(kind) && isText(text, maxSignal) ? { type: "signal", peer, kind, text } : undefined),
  gone: ({ peer }) => (isPeer(peer) ? { type: "gone", peer } : undefined),
  stripe: ({ track, epoch, sequence, first, count }) => {
    if (!isTrack(track) || !isCount(epoch) || !isCount(sequence) || !isCount(first, maxChunks - 1) || !isCount(count, maxChunks)) return undefined;
    return count === 0 || first + count > maxChunks ? undefined : { type: "stripe", stripe: { track, epoch, sequence, span: { first, count } } };
  },
  limited: ({ retryAfter }) => (typeof retryAfter === "number" && retryAfter >= 0 && retryAfter <= 86_400 ? { type: "limited", retryAfter } : undefined),
  revoked: ({ token }) => (isText(token, maxToken) && /^[\x21-\x7e]+$/.test(token) ? { type: "revoked", token } : undefined),
  refused: ({ code }) => (typeof code === "string" && /^[a-z-]{1,64}$/.test(code) ? { type: "refused", code } : undefined),
};

/** Writes a message. What is given is ours, and within its bounds. */
export function writeTrackerMessage(message: ToTracker): string {
  return JSON.stringify("proof" in message ? { ...message, proof: toBase64Url(message.proof) } : message);
}

function isPeer(value: unknown): value is string {
  return typeof value === "string" && /^[A-Za-z0-9_-]{22}$/.test(value);
}

function isTrack(value: unknown): value is string {
  return typeof value === "string" && trackName.test(value);
}

function isKind(value: unknown): value is SignalKind {
  return value === "offer" || value === "answer" || value === "candidate";
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === "string" && value.length >= 1 && value.length <= longest;
}

function isCount(value: unknown, most = maxUint32): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most;
}

function isOrigin(value: unknown): value is string {
  if (!isText(value, 512)) return false;
  try {
    const { protocol, origin } = new URL(value);
    return (protocol === "http:" || protocol === "https:") && origin === value;
  } catch {
    return false;
  }
}

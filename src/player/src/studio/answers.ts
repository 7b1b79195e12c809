/** What the API answers, as far as the Studio shows it: docs/formats/api.md. */
export interface Broadcast {
  readonly id: string;
  readonly title: string;
  readonly state: "created" | "live" | "ended";
  readonly scheme: string;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly takenDownAt: string | null;
  readonly keyPeriodSeconds: number | null;
  /** From whom viewers take it beside the server; `relays` is private. */
  readonly peers: "viewers" | "relays";
  /** `key` only in the answer that made it. */
  readonly ingest: { readonly url: string; readonly key: string | null } | null;
  readonly sessionKey: string;
  readonly signer: { readonly identity: string; readonly notBefore: string; readonly notAfter: string } | null;
  readonly urls: { readonly watch: string; readonly hls: string; readonly dash: string };
}

export interface Status {
  readonly state: string;
  readonly viewers: number;
  readonly loggedSegments: number | null;
  readonly unloggedSegments: number | null;
  readonly lastIngestRefusal: { readonly at: string; readonly code: string; readonly detail: string | null } | null;
  readonly tracks: readonly Track[];
}

/** Figures of a swarm: what players say of themselves. */
export interface SwarmState {
  readonly viewers: number;
  readonly relays: number;
  readonly links: number;
  readonly total: { readonly origin: number; readonly relays: number; readonly peers: number; readonly refused: number };
  /** Share of the last minute, 0 to 1. */
  readonly offload: number | null;
  readonly stallsPerViewerHour: number | null;
  readonly latencyMs: number | null;
}

/** How a peer stands, counted from the ledger. */
export interface PeerStanding {
  /** The pseudonym. */
  readonly peer: string;
  /** 0 to 1000. */
  readonly score: number;
  readonly band: "new" | "known" | "proven" | "banned";
  readonly receipts: number;
  readonly bytes: number;
  readonly receivers: number;
  readonly forks: number;
  readonly convictions: number;
  readonly convicted: boolean;
  readonly banned: boolean;
}

/** What was proved, of a peer or of the publisher. */
export interface Proved {
  readonly convicts: "peer" | "publisher";
  readonly track: string | null;
  readonly sequence: number | null;
}

export interface Track {
  readonly name: string;
  readonly class: string;
  readonly codec: string;
  readonly segments: number;
  readonly bytes: number;
  readonly lastReceivedAt: string | null;
  readonly resolution: string;
}

export interface Window {
  readonly from?: string | null;
  readonly until?: string | null;
}

/** Terms as they are sent and answered; what is left out sets no bound. */
export interface Terms {
  name?: string;
  price?: { currency: string; amount: number };
  sale?: Window;
  viewing?: Window;
  rentalSeconds?: number;
  playbackSeconds?: number;
  live?: boolean;
  dvr?: boolean;
  vod?: boolean;
  maxTier?: string;
  regions?: { allowed?: string[]; blocked?: string[] };
  playbacks?: { max: number; mode?: string; graceSeconds?: number };
  devices?: number;
  peerSharing?: string;
  replayProtection?: boolean;
}

export interface Offer {
  readonly id: string;
  readonly version: number;
  readonly terms: Terms;
  readonly state: "for-sale" | "withdrawn";
}

export interface Entitlement {
  readonly id: string;
  readonly viewer: string | null;
  readonly viewerErased: boolean;
  readonly grantedAt: string;
  readonly state: "active" | "suspended" | "revoked" | "refunded";
  readonly offer: string | null;
  readonly offerVersion: number | null;
}

export interface Playback {
  readonly id: string;
  readonly entitlement: string;
  readonly openedAt: string;
  readonly silentSeconds: number;
}

export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly addedAt: string;
  readonly secret: string;
}

/** What was never sent because too much waited for the shop. */
export interface LeftOut {
  readonly type: string;
  readonly messages: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

/** The last deliveries of a webhook, and what was left out. */
export interface Deliveries {
  readonly items: readonly Delivery[];
  readonly leftOut: readonly LeftOut[];
}

export interface Delivery {
  readonly message: string;
  readonly type: string;
  readonly state: "waiting" | "delivered" | "given-up";
  readonly createdAt: string;
  readonly attempts: number;
  readonly failure: string | null;
  readonly dueAt: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string | null;
}

/** An answer without the members that are null: they say the same as those that are left out. */
export function withoutNulls<T>(value: T): T {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null).map(([name, member]) => [name, withoutNulls(member as unknown)])) as T;
}

import { type Admission, type Platform, verifyAdmission } from "../peering/admission.js";
import { keysOfSet } from "../peering/jws.js";
import type { LinkSelf } from "../peering/linkHandshake.js";
import type { PeerKey } from "../peering/peerKey.js";
import { admissionRequestBytes } from "../peering/proofs.js";
import { toBase64Url } from "../verify/base64Url.js";
import { type Bytes, sameBytes } from "../verify/bytes.js";
import type { Clock } from "./clock.js";

/** Why this page is in no swarm: a problem's code from the server, or one of ours. */
export class NotAdmittedError extends Error {
  /** @param retryMs When it may be asked again; undefined: not with this playback. */
  constructor(
    readonly code: string,
    readonly retryMs?: number,
  ) {
    super(code);
  }
}

export interface IceServer {
  readonly urls: string[];
  readonly username?: string;
  readonly credential?: string;
}

/** An admission as the server gave it, checked, and what came with it. */
export interface Admitted {
  readonly self: LinkSelf;
  readonly iceServers: readonly IceServer[];
  readonly sharing: "optional" | "required" | "forbidden";
  /** No viewer of this broadcast learns of another. */
  readonly isBroadcastPrivate: boolean;
  readonly renewAfterMs: number;
}

export interface AdmissionParts {
  readonly fetch: typeof fetch;
  /** Where the server is; addresses are under it. */
  readonly server: string;
  readonly clock: Clock;
  readonly broadcast: Bytes;
  readonly broadcastId: string;
  /** The broadcaster's identity as this page knows it. An admission that names another leads to another's records. */
  readonly identity: Bytes;
  readonly viewerToken: string;
  /** The server's name for the playback. */
  readonly playback: () => string | undefined;
  readonly key: PeerKey;
  readonly wantsPrivate?: boolean;
}

const maxBody = 65_536;
const maxIceServers = 8;
const againSoonMs = 5_000;
const againLaterMs = 30_000;
/** Codes after which the same question may have another answer, and when. */
const passing: Readonly<Record<string, number>> = {
  "possession-unproved": againLaterMs, "proof-stale": againSoonMs, "nonce-seen": againSoonMs, "playback-unknown": againLaterMs, "too-many-admissions": againLaterMs,
  "ledger-unavailable": againLaterMs, "identity-unknown": againLaterMs,
};

/** Asks the server for admissions, with a proof of possession each; and keeps the server's time, which they are dated by. */
export class Admissions {
  #platform: Platform | undefined;
  /** It has signed with a key that we do not know. */
  #isOutdated = false;
  /** The server's Unix milliseconds less the page's clock. */
  #offset: number | undefined;

  constructor(private readonly parts: AdmissionParts) {}

  /** Who signs admissions. To be asked after {@link ask}. */
  get platform(): Platform {
    if (!this.#platform) throw new Error("the platform was not asked for yet");
    return this.#platform;
  }

  /** The platform's time in Unix seconds. */
  readonly platformTime = (): number => this.#now() / 1000;

  /** A new admission for this page's key. */
  async ask(signal: AbortSignal): Promise<Admitted> {
    if (!this.#platform || this.#isOutdated) {
      this.#platform = await this.#learn(signal);
      this.#isOutdated = false;
    }
    const platform = this.#platform;
    try {
      return await this.#ask(platform, signal);
    } catch (error) {
      // Our time was wrong; the answer had the server's.
      if (error instanceof NotAdmittedError && error.code === "proof-stale") return this.#ask(platform, signal);
      // It may have changed its keys.
      if (error instanceof NotAdmittedError && error.code === "admission-unknown-key") this.#isOutdated = true;
      throw error;
    }
  }

  async #learn(signal: AbortSignal): Promise<Platform> {
    const [stated, set] = await Promise.all([this.#read("/v1/admissions", { signal }), this.#read("/.well-known/jwks.json", { signal })]);
    const { issuer, serverTime } = stated;
    if (typeof issuer !== "string" || issuer.length < 1 || issuer.length > 256) throw new NotAdmittedError("answer-invalid", againLaterMs);
    this.#setTime(serverTime);
    return { issuer, keys: await keysOfSet(set) };
  }

  async #ask(platform: Platform, signal: AbortSignal): Promise<Admitted> {
    const { key, broadcast, viewerToken, playback, wantsPrivate } = this.parts;
    const id = playback();
    if (!id) throw new NotAdmittedError("playback-unknown", againSoonMs);
    const nonce = crypto.getRandomValues(new Uint8Array(32));
    const time = Math.round(this.#now());
    const proof = await key.sign(await admissionRequestBytes(platform.issuer, broadcast, key.publicKey.bytes, time, nonce));
    const answer = await this.#read("/v1/admissions", {
      method: "POST",
      headers: { Authorization: `Bearer ${viewerToken}`, "Content-Type": "application/json" },
      body: JSON.stringify({
        key: toBase64Url(key.publicKey.bytes), time, nonce: toBase64Url(nonce), proof: toBase64Url(proof), playback: id, ...(wantsPrivate ? { private: true } : {}),
      }),
      signal,
    });
    return this.#check(platform, answer);
  }

  // What the server says is checked as other peers will: an admission that they refuse is none.
  async #check(platform: Platform, answer: Record<string, unknown>): Promise<Admitted> {
    const { admission: token, serverTime, iceServers, sharing, peers, renewAfter } = answer;
    this.#setTime(serverTime);
    if (typeof token !== "string") throw new NotAdmittedError("answer-invalid", againLaterMs);
    const { admission, refusal } = await verifyAdmission(token, platform, this.parts.broadcast, this.platformTime());
    if (!admission) throw new NotAdmittedError(`admission-${refusal}`, againLaterMs);
    this.#mustBeOurs(admission, peers === "relays");
    if (sharing !== "optional" && sharing !== "required" && sharing !== "forbidden") throw new NotAdmittedError("answer-invalid", againLaterMs);
    const seconds = typeof renewAfter === "number" && renewAfter >= 1 ? Math.min(renewAfter, 600) : 60;
    return { self: { key: this.parts.key, token, admission }, iceServers: readIceServers(iceServers), sharing, isBroadcastPrivate: peers === "relays", renewAfterMs: 1000 * seconds };
  }

  #mustBeOurs(admission: Admission, isBroadcastPrivate: boolean): void {
    if (!sameBytes(admission.key.bytes, this.parts.key.publicKey.bytes) || admission.role !== "viewer") throw new NotAdmittedError("admission-of-another");
    if (!sameBytes(admission.identity.bytes, this.parts.identity)) throw new NotAdmittedError("identity-differs");
    // With it the tracker would introduce us to viewers, and they would learn our address.
    if ((this.parts.wantsPrivate || isBroadcastPrivate) && !admission.isPrivate) throw new NotAdmittedError("admission-not-private");
  }

  async #read(path: string, init: RequestInit): Promise<Record<string, unknown>> {
    let response: Response;
    try {
      response = await this.parts.fetch(new URL(path, this.parts.server).href, { ...init, credentials: "omit", redirect: "error", cache: "no-store" });
    } catch {
      throw new NotAdmittedError("unreachable", againSoonMs);
    }
    const text = (await response.text().catch(() => "")).slice(0, maxBody);
    const body = asObject(text) ?? {};
    if (response.ok) return body;
    const code = typeof body["code"] === "string" && /^[a-z0-9-]{1,64}$/.test(body["code"]) ? body["code"] : `status-${response.status}`;
    this.#setTime(body["serverTime"]);
    throw new NotAdmittedError(code, passing[code] ?? (response.status >= 500 || response.status === 429 ? againLaterMs : undefined));
  }

  #setTime(serverTime: unknown): void {
    if (typeof serverTime === "number" && serverTime > 0 && serverTime < 2 ** 53) this.#offset = serverTime - this.parts.clock.now;
  }

  #now(): number {
    return this.#offset === undefined ? Date.now() : this.parts.clock.now + this.#offset;
  }
}

function asObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The servers that a browser may ask for its address or for a detour; what is none is left out. */
export function readIceServers(value: unknown): IceServer[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, maxIceServers).flatMap((server: unknown): IceServer[] => {
    const { urls, username, credential } = (typeof server === "object" && server !== null ? server : {}) as Record<string, unknown>;
    const named = (Array.isArray(urls) ? urls : [urls]).filter((url): url is string => typeof url === "string" && url.length <= 256 && /^(?:stun|stuns|turn|turns):/.test(url));
    if (named.length === 0) return [];
    const text = (given: unknown) => (typeof given === "string" && given.length <= 512 ? given : undefined);
    const [user, secret] = [text(username), text(credential)];
    // A browser throws for a TURN server without both.
    if (named.some((url) => url.startsWith("turn")) && (user === undefined || secret === undefined)) return [];
    return [{ urls: named, ...(user === undefined ? {} : { username: user }), ...(secret === undefined ? {} : { credential: secret }) }];
  });
}

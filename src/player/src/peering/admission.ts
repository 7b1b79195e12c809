import { fromBase64Url } from "../verify/base64Url.js";
import { type Bytes, fromHex, sameBytes } from "../verify/bytes.js";
import { Ed25519PublicKey } from "../verify/ed25519.js";
import { keyOfJwk, type NamedKey, parseJws, parseObject } from "./jws.js";

/** What the platform says of a peer (docs/formats/admission.md). */
export interface Admission {
  readonly issuer: string;
  readonly id: string;
  /** The peer's pseudonym in this broadcast: what a revocation names. */
  readonly peer: string;
  readonly key: Ed25519PublicKey;
  readonly broadcast: Bytes;
  readonly role: "viewer" | "relay" | "seed";
  /** Unix seconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** The broadcaster's identity. */
  readonly identity: Ed25519PublicKey;
  readonly tracker: string;
  /** Undefined: all. */
  readonly tracks?: readonly string[];
  /** Bits a second; undefined: no bound but its own. */
  readonly uploadLimit?: number;
  readonly isPrivate: boolean;
  /** How it stands with the platform. */
  readonly band: "new" | "known" | "proven";
  /** Unix seconds: what was proved of it before is pardoned. */
  readonly pardonedAt?: number;
  /** A relay's web origin. */
  readonly origin?: string;
}

export type AdmissionRefusal =
  | "malformed" | "unknown-key" | "bad-signature" | "wrong-issuer" | "wrong-audience" | "wrong-broadcast" | "not-yet" | "expired" | "too-long" | "bad-key";

export type AdmissionVerdict = { readonly admission: Admission; readonly refusal?: undefined } | { readonly refusal: AdmissionRefusal; readonly admission?: undefined };

/** The platform, as its tokens are checked. */
export interface Platform {
  readonly issuer: string;
  readonly keys: readonly NamedKey[];
}

const audience = "liveledger-swarm";
const maxLength = 4096;
const maxTime = 253_402_300_799;
export const leeway = 30;
const longestLife = 600;
const trackName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;

/** Decides on an admission from outside. That it is good says nothing of who shows it. `now` is the platform's time in Unix seconds, as far as known. */
export async function verifyAdmission(token: string, platform: Platform, broadcast: Bytes, now: number): Promise<AdmissionVerdict> {
  const read = await verifyAsEvidence(token, platform);
  if (read.refusal) return read;
  const { admission } = read;
  if (!sameBytes(admission.broadcast, broadcast)) return { refusal: "wrong-broadcast" };
  if (now < admission.issuedAt - leeway) return { refusal: "not-yet" };
  if (now >= admission.expiresAt + leeway) return { refusal: "expired" };
  return { admission };
}

/** As {@link verifyAdmission}, for whichever broadcast and at whatever time: that the platform gave it once. It lets nobody in. */
export async function verifyAsEvidence(token: string, platform: Platform): Promise<AdmissionVerdict> {
  const jws = token.length <= maxLength ? parseJws(token, "liveledger-admission+jwt") : undefined;
  const claims = jws && parseObject(jws.payload);
  if (!jws || !claims) return { refusal: "malformed" };
  const named = platform.keys.find(({ kid }) => kid === jws.kid);
  if (!named) return { refusal: "unknown-key" };
  // Before the claims: what a stranger wrote decides nothing.
  if (!(await named.key.verify(jws.signingInput, jws.signature))) return { refusal: "bad-signature" };

  const read = readClaims(claims);
  return read.admission && read.admission.issuer !== platform.issuer ? { refusal: "wrong-issuer" } : read;
}

function readClaims(claims: Record<string, unknown>): AdmissionVerdict {
  const { iss, aud, sub, jti, iat, nbf, exp, cnf, broadcast, role, identity, tracker, tracks, upload, origin, band, pardoned } = claims;
  const isPrivate = claims["private"];
  if (typeof aud === "string" && aud !== audience) return { refusal: "wrong-audience" };
  const id = typeof broadcast === "string" && /^[0-9a-f]{32}$/.test(broadcast) ? fromHex(broadcast) : undefined;
  if (
    aud !== audience || !isText(iss, 256) || !isText(jti, 22) || jti.length !== 22 || !fromBase64Url(jti) || !id ||
    typeof sub !== "string" || fromBase64Url(sub)?.length !== 32 || (role !== "viewer" && role !== "relay" && role !== "seed") ||
    !isTime(iat) || nbf !== iat || !isTime(exp) || exp <= iat || !isAddress(tracker, ["ws:", "wss:"]) ||
    !(tracks === undefined || isTracks(tracks)) || !(upload === undefined || isLimit(upload)) ||
    !(pardoned === undefined || isTime(pardoned)) || !(band === undefined || band === "new" || band === "known" || band === "proven") ||
    !(isPrivate === undefined || typeof isPrivate === "boolean") || !(origin === undefined || (role !== "viewer" && isOrigin(origin)))
  ) {
    return { refusal: "malformed" };
  }
  if (exp - iat > longestLife) return { refusal: "too-long" };

  // Missing altogether is malformed; there and not sound is a bad key.
  if (typeof cnf !== "object" || cnf === null || !("jwk" in cnf) || typeof identity !== "string") return { refusal: "malformed" };
  const key = keyOfJwk(cnf.jwk);
  const point = fromBase64Url(identity);
  const root = point && Ed25519PublicKey.parse(point);
  if (!key || !root) return { refusal: "bad-key" };
  return {
    admission: {
      issuer: iss, id: jti, peer: sub, key, broadcast: id, role, issuedAt: iat, expiresAt: exp, identity: root, tracker, isPrivate: isPrivate === true, band: band ?? "new",
      ...(tracks === undefined ? {} : { tracks }), ...(upload === undefined ? {} : { uploadLimit: upload }), ...(origin === undefined ? {} : { origin }), ...(pardoned === undefined ? {} : { pardonedAt: pardoned }),
    },
  };
}

/** Takes a revocation from anybody: the pseudonyms it names, and when; undefined unless the platform signed it for this broadcast. */
export async function readRevocation(token: string, platform: Platform, broadcast: string): Promise<{ readonly peers: readonly string[]; readonly issuedAt: number } | undefined> {
  const jws = token.length <= maxLength ? parseJws(token, "liveledger-revocation+jwt") : undefined;
  const named = jws && platform.keys.find(({ kid }) => kid === jws.kid);
  if (!jws || !named || !(await named.key.verify(jws.signingInput, jws.signature))) return undefined;
  const { iss, aud, iat, broadcast: stated, peers } = parseObject(jws.payload) ?? {};
  if (iss !== platform.issuer || aud !== audience || stated !== broadcast || !isTime(iat)) return undefined;
  if (!Array.isArray(peers) || peers.length < 1 || peers.length > 32) return undefined;
  const named32 = peers.filter((peer): peer is string => typeof peer === "string" && fromBase64Url(peer)?.length === 32);
  return named32.length === peers.length ? { peers: named32, issuedAt: iat } : undefined;
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= longest;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value <= maxTime;
}

function isLimit(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 2 ** 53;
}

function isTracks(value: unknown): value is string[] {
  return Array.isArray(value) && value.length >= 1 && value.length <= 32 && new Set(value).size === value.length &&
    value.every((track) => typeof track === "string" && trackName.test(track));
}

function isAddress(value: unknown, schemes: readonly string[]): value is string {
  if (!isText(value, 512)) return false;
  try {
    const { protocol, username, password, hash, href } = new URL(value);
    return schemes.includes(protocol) && username === "" && password === "" && hash === "" && href === value;
  } catch {
    return false;
  }
}

function isOrigin(value: unknown): value is string {
  return isText(value, 512) && isAddress(`${value}/`, ["http:", "https:"]) && new URL(value).origin === value;
}

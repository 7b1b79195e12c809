import { fromBase64Url, toBase64Url } from "../verify/base64Url.js";
import type { Bytes } from "../verify/bytes.js";
import { attempt } from "./viewerAccess.js";

/** Why the identity behind what plays is believed. */
export type TrustBasis =
  /** The viewer's link names it. */
  | "pinned"
  /** This browser saw it for this broadcast before. */
  | "remembered"
  /** Nothing vouches for it but the certificate itself. */
  | "first-use";

/** Trust on first use: what this browser remembers of a broadcast's identity. */
export class IdentityTrust {
  readonly #key: string;

  constructor(
    broadcast: string,
    private readonly pinned: Bytes | undefined,
    private readonly storage: Storage | undefined,
  ) {
    this.#key = `liveledger.identity.${broadcast}`;
  }

  /** The identity that the certificate must be under; undefined where any is taken. */
  get expected(): Bytes | undefined {
    return this.pinned ?? this.#remembered();
  }

  /** Tells why `identity`, which passed the checks, is believed, and remembers it. */
  settle(identity: Bytes): TrustBasis {
    const basis = this.pinned ? "pinned" : this.#remembered() ? "remembered" : "first-use";
    attempt(() => this.storage?.setItem(this.#key, toBase64Url(identity)));
    return basis;
  }

  #remembered(): Bytes | undefined {
    const text = attempt(() => this.storage?.getItem(this.#key));
    const bytes = text ? fromBase64Url(text) : undefined;
    return bytes?.length === 32 ? bytes : undefined;
  }
}

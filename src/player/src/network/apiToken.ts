import { attempt } from "../playback/viewerAccess.js";
import { fromBase64Url } from "../verify/base64Url.js";
import { fromUtf8 } from "../verify/log/utf8.js";

const maxLength = 8192;

/** What a token says of itself. The server decides, not this. */
export interface TokenClaims {
  readonly role: string;
  readonly account: string;
  /** Unix milliseconds. */
  readonly expires: number | undefined;
}

/** An API token that was pasted: in this tab only, gone when it is closed, sent to this server only. */
export class ApiToken {
  #text: string | undefined;

  /** @param place Its name in the storage: each page has its own. */
  constructor(private readonly storage: Storage | undefined, private readonly place: string) {
    this.#text = attempt(() => storage?.getItem(place)) ?? undefined;
  }

  get text(): string | undefined {
    return this.#text;
  }

  /** Takes what was pasted; undefined if it cannot be a token. */
  take(pasted: string): TokenClaims | undefined {
    const text = pasted.trim().replace(/^Bearer\s+/i, "");
    const claims = claimsOf(text);
    if (!claims) return undefined;
    this.#text = text;
    attempt(() => this.storage?.setItem(this.place, text));
    return claims;
  }

  drop(): void {
    this.#text = undefined;
    attempt(() => this.storage?.removeItem(this.place));
  }

  get claims(): TokenClaims | undefined {
    return this.#text === undefined ? undefined : claimsOf(this.#text);
  }
}

function claimsOf(token: string): TokenClaims | undefined {
  const parts = token.split(".");
  const payload = fromBase64Url(parts[1] ?? "");
  if (token.length > maxLength || parts.length !== 3 || !payload || !/^[\w.-]+$/.test(token)) return undefined;
  const claims = attempt(() => JSON.parse(fromUtf8(payload) ?? "") as unknown);
  if (typeof claims !== "object" || claims === null) return undefined;
  const { role, sub, exp } = claims as Record<string, unknown>;
  return { role: typeof role === "string" ? role : "", account: typeof sub === "string" ? sub : "", expires: typeof exp === "number" ? exp * 1000 : undefined };
}

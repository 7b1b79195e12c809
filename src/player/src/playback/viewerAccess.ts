import { fromBase64Url } from "../verify/base64Url.js";
import type { Bytes } from "../verify/bytes.js";

/** What the link gave this viewer. */
export interface ViewerAccess {
  /** Viewer token (JWT); undefined where the link had none. */
  readonly token: string | undefined;
  /** The identity the link pins; undefined for trust on first use. */
  readonly pinned: Bytes | undefined;
}

/** The `#identity=` of the link is there but is no identity: playing without the pin would be worse than not playing. */
export class UnreadableIdentityError extends Error {}

/**
 * Reads `#token=…&identity=…`, which browsers never send to a server, and takes the token out of the visible address so
 * that it is not copied with it. A reload of the same tab finds it in session storage.
 */
export function readViewerAccess(broadcast: string, page: { location: Location; history: History; sessionStorage: Storage }): ViewerAccess {
  const fragment = new URLSearchParams(page.location.hash.slice(1));
  const given = fragment.get("token");
  if (given) {
    keepToken(broadcast, given, page);
    fragment.delete("token");
    const rest = fragment.toString();
    page.history.replaceState(page.history.state, "", page.location.pathname + page.location.search + (rest ? `#${rest}` : ""));
  }
  const token = given ?? attempt(() => page.sessionStorage.getItem(placeOf(broadcast))) ?? undefined;

  const identity = fragment.get("identity");
  if (identity === null) return { token, pinned: undefined };
  const pinned = fromBase64Url(identity);
  if (pinned?.length !== 32) throw new UnreadableIdentityError();
  return { token, pinned };
}

/** Keeps a token for a reload of this tab. */
export function keepToken(broadcast: string, token: string, page: { sessionStorage: Storage }): void {
  attempt(() => page.sessionStorage.setItem(placeOf(broadcast), token));
}

function placeOf(broadcast: string): string {
  return `liveledger.token.${broadcast}`;
}

/** When a token ends, in Unix milliseconds, as it says itself; undefined where it says nothing. The server decides, not this. */
export function tokenExpiry(token: string): number | undefined {
  const payload = fromBase64Url(token.split(".")[1] ?? "");
  if (!payload) return undefined;
  try {
    const claims = JSON.parse(new TextDecoder().decode(payload)) as { exp?: unknown };
    return typeof claims.exp === "number" ? claims.exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** Storage throws where the viewer forbids it; the page then merely forgets on reload. */
export function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

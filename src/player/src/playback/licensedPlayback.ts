import { toBase64Url } from "../verify/base64Url.js";
import { attempt } from "./viewerAccess.js";

const deviceKey = "liveledger.device";

/**
 * What our licence requests say beyond ClearKey's (docs/formats/api.md#licences): which playback asks, the how-manieth time, from which
 * browser. So a request that somebody copied is good for nothing, and a right is counted by playbacks instead of tokens.
 */
export class LicensedPlayback {
  /** New with each opening of the page. */
  readonly #session = randomName();
  readonly #device = deviceName(attempt(() => window.localStorage));
  #nonce = 0;
  #id: string | undefined;

  /** @param decided Hears of each decision that gave keys. */
  constructor(
    private readonly token: string,
    private readonly decided: (decision: string | null) => void = () => undefined,
  ) {}

  /** The server's name for the playback; undefined before its first licence. */
  get id(): string | undefined {
    return this.#id;
  }

  get headers(): Record<string, string> {
    return { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" };
  }

  /** A ClearKey request with our members. Each call is another request. */
  request(kids: readonly string[]): string {
    return JSON.stringify({ kids, type: "temporary", playback: this.#session, nonce: this.#nonce++, device: this.#device });
  }

  /** A licence came, with these values of `Playback-Id` and `Decision-Id`. */
  opened(id: string | null, decision: string | null = null): void {
    this.decided(decision);
    if (id && /^[0-9a-f]{32}$/.test(id)) this.#id = id;
  }

  /** Frees the playback's place. Works while the page goes away. */
  close(): void {
    if (!this.#id) return;
    void fetch(`/v1/playbacks/${this.#id}`, { method: "DELETE", headers: this.headers, credentials: "omit", keepalive: true }).catch(() => undefined);
    this.#id = undefined;
  }
}

/** The browser's name for itself, which it keeps; where it may keep nothing, another one each time. */
export function deviceName(storage: Storage | undefined): string {
  const kept = attempt(() => storage?.getItem(deviceKey));
  if (kept && /^[A-Za-z0-9_-]{22}$/.test(kept)) return kept;
  const made = randomName();
  attempt(() => storage?.setItem(deviceKey, made));
  return made;
}

function randomName(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
}

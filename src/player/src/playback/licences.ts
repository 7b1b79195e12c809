import type { KeyPrefetch } from "./keyPrefetch.js";
import type { LicensedPlayback } from "./licensedPlayback.js";
import { toBase64Url } from "../verify/base64Url.js";
import { watchPlayback } from "./playbackWatch.js";

/** Between signs of life of an open playback, which are what keeps it open. */
const renewEvery = 30_000;

/** Key ids in one request at most; the server takes no more. */
const mostKids = 16;

/** After a sign of life that got no answer: soon, but not in a row. */
const retryAfter = 5_000;

/** Why the licence server said no. */
export interface LicenceRefusal {
  readonly status: number;
  /** `code` of the problem body; empty where there was none. */
  readonly code: string;
  /** `Decision-Id` of the answer; null where nothing was decided. */
  readonly decision: string | null;
}

/** Keeps the playback open while it plays, and hears what ends it. Trouble of the server's is not the viewer's: only a clear no is reported. */
export class LicenceKeeper {
  readonly #kids = new Set<string>();
  readonly #over = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Signs of life that were answered, and those that were not; for the tests. */
  renewed = 0;
  unanswered = 0;

  constructor(
    private readonly playback: LicensedPlayback,
    private readonly prefetch: KeyPrefetch,
    private readonly isPlaying: () => boolean,
    private readonly included: (tier: string | null) => void,
    private readonly refused: (refusal: LicenceRefusal) => void,
  ) {}

  /** For hls.js's `licenseXhrSetup`: learns which keys are asked for, and answers from what came early, or authorises the request and names the playback in it. */
  readonly setUp = (xhr: XMLHttpRequest, url: string, context: { readonly decryptdata?: { readonly keyId?: Uint8Array | null } }, challenge: Uint8Array): string => {
    const kids = kidsOf(challenge);
    // The newest last: of a broadcast whose keys change, only those now in use are worth renewing.
    for (const kid of kids) {
      this.#kids.delete(kid);
      this.#kids.add(kid);
    }
    const wanted = context.decryptdata?.keyId;
    const early = wanted ? this.prefetch.find(toBase64Url(wanted)) : undefined;
    if (early) {
      xhr.open("GET", early, true);
      return "";
    }

    if (xhr.readyState === XMLHttpRequest.UNSENT) xhr.open("POST", url, true);
    for (const [name, value] of Object.entries(this.playback.headers)) xhr.setRequestHeader(name, value);
    return this.playback.request(kids);
  };

  /** For hls.js's `licenseResponseCallback`: learns the playback's name; from then on it is kept open. */
  readonly answered = (xhr: XMLHttpRequest): ArrayBuffer => {
    this.playback.opened(xhr.getResponseHeader("Playback-Id"), xhr.getResponseHeader("Decision-Id"));
    this.included(xhr.getResponseHeader("Max-Tier"));
    if (!this.#timer && !this.#over.signal.aborted) {
      this.#renewIn(renewEvery);
      void watchPlayback(this.playback, ({ code, decision }) => this.#refuse({ status: 403, code, decision }), this.#over.signal);
    }
    return xhr.response as ArrayBuffer;
  };

  stop(): void {
    this.prefetch.stop();
    this.#over.abort();
    clearTimeout(this.#timer);
  }

  #refuse(refusal: LicenceRefusal): void {
    this.stop();
    this.refused(refusal);
  }

  #renewIn(milliseconds: number): void {
    if (this.#over.signal.aborted) return;
    this.#timer = setTimeout(() => {
      if (this.isPlaying()) void this.#renew();
      else this.#renewIn(1000);
    }, milliseconds);
  }

  async #renew(): Promise<void> {
    try {
      let response = await this.#beat();
      // Closed meanwhile, or open at another server: a licence request goes on with it.
      if (!response || response.status === 404) response = await this.#ask();
      if (response.status === 401 || response.status === 403) {
        return this.#refuse({ status: response.status, code: problemCode(await response.text()), decision: response.headers.get("Decision-Id") });
      }
      if (response.ok) {
        this.renewed++;
        return this.#renewIn(renewEvery);
      }
    } catch {
      // Offline: playing goes on from what is buffered.
    }
    this.unanswered++;
    this.#renewIn(retryAfter);
  }

  async #beat(): Promise<Response | undefined> {
    const { id, headers } = this.playback;
    return id ? fetch(`/v1/playbacks/${id}/heartbeat`, { method: "POST", headers, credentials: "omit" }) : undefined;
  }

  async #ask(): Promise<Response> {
    const body = this.playback.request([...this.#kids].slice(-mostKids));
    const response = await fetch("/v1/licences", { method: "POST", headers: this.playback.headers, body, credentials: "omit" });
    if (response.ok) this.playback.opened(response.headers.get("Playback-Id"), response.headers.get("Decision-Id"));
    return response;
  }
}

/** The stable code of a problem+json body (RFC 9457); empty where there is none. */
export function problemCode(body: string): string {
  try {
    const problem = JSON.parse(body) as { code?: unknown };
    return typeof problem.code === "string" ? problem.code : "";
  } catch {
    return "";
  }
}

/** Key ids of an EME ClearKey licence request (W3C EME §9.1.3). */
function kidsOf(challenge: Uint8Array): string[] {
  try {
    const request = JSON.parse(new TextDecoder().decode(challenge)) as { kids?: unknown };
    return Array.isArray(request.kids) ? request.kids.filter((kid): kid is string => typeof kid === "string") : [];
  } catch {
    return [];
  }
}

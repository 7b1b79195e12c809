/** Between renewals of an open playback, which are what keeps it open. */
const renewEvery = 30_000;

/** Key ids in one request at most; the server takes no more. */
const mostKids = 16;

/** After a renewal that got no answer: soon, but not in a row. */
const retryAfter = 5_000;

/** Why the licence server said no. */
export interface LicenceRefusal {
  readonly status: number;
  /** `code` of the problem body; empty where there was none. */
  readonly code: string;
}

/** Renews the playback's licence while it plays. Trouble of the server's is not the viewer's: only a clear no is reported. */
export class LicenceKeeper {
  readonly #kids = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  /** Renewals answered with keys, and those that got no answer; for the tests. */
  renewed = 0;
  unanswered = 0;

  constructor(
    private readonly token: string,
    private readonly isPlaying: () => boolean,
    private readonly refused: (refusal: LicenceRefusal) => void,
  ) {}

  /** For hls.js's `licenseXhrSetup`: authorises the request and learns which keys it asks for. */
  readonly setUp = (xhr: XMLHttpRequest, url: string, _context: unknown, challenge: Uint8Array): void => {
    if (xhr.readyState === XMLHttpRequest.UNSENT) xhr.open("POST", url, true);
    xhr.setRequestHeader("Authorization", `Bearer ${this.token}`);
    xhr.setRequestHeader("Content-Type", "application/json");
    // The newest last: of a broadcast whose keys change, only those now in use are worth renewing.
    for (const kid of kidsOf(challenge)) {
      this.#kids.delete(kid);
      this.#kids.add(kid);
    }
    if (!this.#timer && !this.#stopped) this.#renewIn(renewEvery);
  };

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #renewIn(milliseconds: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      if (this.isPlaying()) void this.#renew();
      else this.#renewIn(1000);
    }, milliseconds);
  }

  async #renew(): Promise<void> {
    try {
      const response = await fetch("/v1/licences", {
        method: "POST",
        headers: { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" },
        body: JSON.stringify({ kids: [...this.#kids].slice(-mostKids), type: "temporary" }),
        credentials: "omit",
      });
      if (response.status === 401 || response.status === 403) {
        this.stop();
        this.refused({ status: response.status, code: problemCode(await response.text()) });
        return;
      }
      if (response.ok) {
        this.renewed++;
        this.#renewIn(renewEvery);
        return;
      }
    } catch {
      // Offline: playing goes on from what is buffered.
    }
    this.unanswered++;
    this.#renewIn(retryAfter);
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

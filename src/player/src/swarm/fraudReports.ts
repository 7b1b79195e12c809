import type { Bytes } from "../verify/bytes.js";
import type { Clock } from "./clock.js";

const firstMs = 2_000;
const longestMs = 120_000;
/** What is not known to the platform by then it will not learn from here. */
const tries = 10;
const mostAtOnce = 8;
/** What others have found does not keep out what this page finds. */
const mostHeard = 4;

/** Brings proofs to the platform, whose word reaches those that no neighbour told. While it is away they wait. */
export class FraudReports {
  #underWay = 0;
  /** Proofs that it has taken from here, or knew. */
  taken = 0;

  constructor(private readonly parts: { readonly fetch: typeof fetch; readonly server: string; readonly clock: Clock; readonly over: AbortSignal }) {}

  report(proof: Bytes, isHeard = false): void {
    if (this.#underWay >= (isHeard ? mostHeard : mostAtOnce)) return;
    this.#underWay++;
    void this.#bring(proof, 0);
  }

  async #bring(proof: Bytes, tried: number): Promise<void> {
    const { server, clock, over } = this.parts;
    try {
      const response = await this.parts.fetch(`${server}/v1/fraud-proofs`, {
        method: "POST", body: proof, headers: { "content-type": "application/vnd.liveledger.fraud-proof+cbor" }, credentials: "omit", redirect: "error", signal: over,
      });
      if (response.ok) this.taken++;
      // What proves nothing there proves nothing later either.
      if (response.ok || (response.status < 500 && response.status !== 429) || tried >= tries) {
        this.#underWay--;
        return;
      }
    } catch {
      if (over.aborted || tried >= tries) {
        this.#underWay--;
        return;
      }
    }
    clock.after(Math.min(longestMs, firstMs * 2 ** tried), () => void this.#bring(proof, tried + 1));
  }
}

import { type Admissions, type Admitted, NotAdmittedError } from "./admissions.js";
import type { Clock } from "./clock.js";

export interface AdmittanceParts {
  readonly admissions: Admissions;
  readonly clock: Clock;
  /** Ends it. */
  readonly over: AbortSignal;
  /** There is none for now, by the server's name for the reason or ours. */
  readonly refused: (code: string) => void;
}

const hurryMs = 2000;

/** How a page comes to be admitted, and stays it: asked for until there is an admission or will be none, and again before its end. */
export class Admittance {
  /** The newest. */
  current: Admitted | undefined;
  /** Why there is no newer one. */
  refusal: string | undefined;
  #hurry: (() => void) | undefined;

  constructor(private readonly parts: AdmittanceParts) {}

  /** Undefined if there will be none. */
  async ask(): Promise<Admitted | undefined> {
    const { admissions, clock, over, refused } = this.parts;
    for (let wait = 1; !over.aborted; wait = Math.min(wait * 2, 8)) {
      try {
        this.current = await admissions.ask(over);
        this.refusal = undefined;
        return over.aborted ? undefined : this.current;
      } catch (error) {
        const refusal = error instanceof NotAdmittedError ? error : new NotAdmittedError("failed");
        this.refusal = refusal.code;
        refused(refusal.code);
        if (refusal.retryMs === undefined) return undefined;
        const ms = refusal.retryMs * wait * (0.5 + Math.random());
        await new Promise<void>((resolve) => clock.after(ms, resolve));
      }
    }
    return undefined;
  }

  /** What there is is no good where it was shown: the next one is asked for a moment from now, once, each page in its own moment. */
  hurry(): void {
    const next = this.#hurry;
    this.#hurry = undefined;
    if (next) this.parts.clock.after(hurryMs * (0.5 + Math.random()), next);
  }

  /**
   * Asks for the next one in time, again and again.
   * @param renewed Is given each.
   * @param ended The platform wants us in no swarm any more.
   */
  async keep(renewed: (admitted: Admitted) => Promise<void>, ended: () => void): Promise<void> {
    const { clock, over } = this.parts;
    for (let admitted = this.current; admitted && !over.aborted; ) {
      const { renewAfterMs } = admitted;
      await new Promise<void>((resolve) => {
        this.#hurry = resolve;
        clock.after(renewAfterMs, resolve);
      });
      if (over.aborted) return;
      admitted = await this.ask();
      if (!admitted) return ended();
      await renewed(admitted);
    }
  }
}

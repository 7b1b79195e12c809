import type { Strain } from "./manners.js";

/** How often it is looked. */
export const lookEveryMs = 1000;

/** One look at what a page can see by itself. */
export interface Look {
  /** How much later than it was to be. */
  readonly lateMs: number;
  /** Frames of the picture so far, and of these those that were dropped. */
  readonly frames: number;
  readonly dropped: number;
  readonly isHidden: boolean;
}

/** A strain is what lasted for so many looks: one long task or one seek is none. */
const kept = 5;
/** Fewer frames say nothing. */
const leastFrames = 40;
const [someDropped, muchDropped] = [0.08, 0.2];
/** Milliseconds that a timer is late on average. In a hidden page browsers put timers off themselves. */
const [someLate, muchLate, lateWhenHidden] = [100, 250, 150];
/** A machine that slept was not busy. */
const longestLate = 1000;

/** How busy a machine is, by frames that it dropped and timers that were late: where a browser has no Compute Pressure API. */
export class StrainMeter {
  #looks: Look[] = [];

  take(look: Look): void {
    const last = this.#looks.at(-1);
    // A picture that nobody sees is not drawn, and one that was loaded anew begins at nothing.
    if (last && (last.isHidden !== look.isHidden || look.frames < last.frames)) this.#looks = [];
    this.#looks = [...this.#looks, look].slice(-kept - 1);
  }

  get strain(): Strain {
    const [first, last] = [this.#looks[0], this.#looks.at(-1)];
    if (!first || !last || this.#looks.length <= kept) return "none";
    const frames = last.isHidden ? 0 : last.frames - first.frames;
    const share = frames < leastFrames ? 0 : (last.dropped - first.dropped) / frames;
    const late = this.#looks.slice(1).reduce((sum, { lateMs }) => sum + Math.min(longestLate, lateMs), 0) / kept - (last.isHidden ? lateWhenHidden : 0);
    if (share >= muchDropped || late >= muchLate) return "much";
    return share >= someDropped || late >= someLate ? "some" : "none";
  }
}

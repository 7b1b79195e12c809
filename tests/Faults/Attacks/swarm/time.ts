import { VirtualClock } from "../../../../src/player/test/swarm/virtualClock.js";
import type { Clock } from "../../../../src/player/src/swarm/clock.js";

/** Things that happen within so many milliseconds happen one after the other, and what they promise is kept before the next. */
const stepMs = 4;

/** Time that passes when it is told to, for code that awaits: before it goes on, all that was promised so far has come to rest. */
export class Time implements Clock {
  readonly #clock = new VirtualClock();
  #happened = false;

  get now(): number {
    return this.#clock.now;
  }

  at(time: number, run: () => void): void {
    this.#clock.at(time, () => {
      this.#happened = true;
      run();
    });
  }

  after(ms: number, run: () => void): void {
    this.at(this.now + ms, run);
  }

  every(ms: number, run: () => void): void {
    this.after(ms, () => {
      run();
      this.every(ms, run);
    });
  }

  async until(end: number): Promise<void> {
    while (this.now < end) {
      this.#happened = false;
      this.#clock.runUntil(this.now + stepMs);
      // A turn of the event loop: nothing is under way outside of it, so every promise is through.
      if (this.#happened) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** Time as the swarm sees it: the browser's, or one that a test moves on. */
export interface Clock {
  /** Milliseconds since some beginning, never going back. */
  readonly now: number;
  after(ms: number, run: () => void): void;
}

export const browserClock: Clock = {
  get now() {
    return performance.now();
  },
  after: (ms, run) => void setTimeout(run, ms),
};

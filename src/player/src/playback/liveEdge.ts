import type { LevelDetails } from "hls.js";

/** So many target durations without a new segment, and at least so many seconds: not a late one any more. */
const patience = 4;
const leastSeconds = 10;

/** Watches whether the list of segments grows. It is unsigned and comes from the origin alone: an origin that stops telling, or tells an old one, shows here. */
export class LiveEdge {
  /** The newest segment of each list, and since when. */
  readonly #newest = new Map<string, number>();
  #grewAt = performance.now();
  #targetSeconds = 2;
  #isLive = false;
  #isStale = false;

  constructor(private readonly stale: (isStale: boolean) => void) {}

  listed({ live, endSN, targetduration, url }: Pick<LevelDetails, "live" | "endSN" | "targetduration" | "url">): void {
    this.#isLive = live;
    this.#targetSeconds = targetduration;
    if (endSN <= (this.#newest.get(url) ?? -1)) return;
    this.#newest.set(url, endSN);
    this.#grewAt = performance.now();
    this.#set(false);
  }

  /** To be called now and then. */
  look(): void {
    const seconds = (performance.now() - this.#grewAt) / 1000;
    this.#set(this.#isLive && seconds > Math.max(leastSeconds, patience * this.#targetSeconds));
  }

  #set(isStale: boolean): void {
    if (this.#isStale === isStale) return;
    this.#isStale = isStale;
    this.stale(isStale);
  }
}

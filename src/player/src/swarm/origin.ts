/** What a fetch took: until its first byte, and in all. */
export interface FetchTimes {
  readonly firstByteMs: number;
  readonly ms: number;
  readonly bytes: number;
}

/** After a fetch that failed the origin is left alone: for so long at first, twice as long each time, and never for longer than the last. */
const firstRestMs = 250;
const longestRestMs = 4000;

/** So much of what it gave in this time is under way from it at once: more would not come sooner, and would keep what others need from them. */
const windowMs = 500;

/** What is known of the origin. Before the first fetch: a slow line and a far server, so that the first deadline is kept too. */
export class Origin {
  #firstByteMs = 300;
  #bytesPerMs = 250;
  #known = false;
  /** The shortest wait for a first byte: longer ones are a queue. */
  #leastFirstByteMs = Number.POSITIVE_INFINITY;
  /** Of all that was fetched, queues and all. */
  #goodput = 0;
  #failures = 0;
  #restsUntil = 0;

  learn({ firstByteMs, ms, bytes }: FetchTimes): void {
    const weight = this.#known ? 0.25 : 1;
    this.#leastFirstByteMs = Math.min(this.#leastFirstByteMs, firstByteMs);
    this.#goodput += (bytes / Math.max(2, ms - this.#leastFirstByteMs) - this.#goodput) * weight;
    this.#firstByteMs += (firstByteMs - this.#firstByteMs) * weight;
    const body = ms - firstByteMs;
    // Within a millisecond or two a clock says nothing of the rate.
    if (body >= 2) this.#bytesPerMs += (bytes / body - this.#bytesPerMs) * weight;
    this.#known = true;
    this.#failures = 0;
  }

  fail(now: number): void {
    this.#restsUntil = now + Math.min(longestRestMs, firstRestMs * 2 ** this.#failures);
    this.#failures++;
  }

  /** Bytes that it is worth having under way from it at once; without bound before anything came of it. */
  get window(): number {
    if (this.#failures > 0) return 0;
    return this.#known ? this.#goodput * windowMs : Number.POSITIVE_INFINITY;
  }

  rests(now: number): boolean {
    return now < this.#restsUntil;
  }

  /** Milliseconds for so many bytes, with a third more for bad luck. */
  expect(bytes: number): number {
    return (this.#firstByteMs + bytes / Math.max(this.#bytesPerMs, 1)) * 1.33;
  }
}

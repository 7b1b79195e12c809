/** Chance that can be repeated: the same seed, the same numbers (xorshift32, Marsaglia 2003). Never for secrets. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    // Zero is the one state that it never leaves.
    this.#state = seed | 0 || 0x9e3779b9;
    for (let n = 0; n < 4; n++) this.next();
  }

  /** At least 0, below 1. */
  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 2 ** 32;
  }

  /** A whole number at least 0 and below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
}

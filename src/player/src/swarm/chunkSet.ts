/** Some chunks of a segment, a bit for each. */
export class ChunkSet {
  #bits = new Uint8Array(16);
  size = 0;

  has(chunk: number): boolean {
    return ((this.#bits[chunk >> 3] ?? 0) & (1 << (chunk & 7))) !== 0;
  }

  /** True if it was not among them. */
  add(chunk: number): boolean {
    if (this.has(chunk)) return false;
    if (chunk >> 3 >= this.#bits.length) {
      const more = new Uint8Array(Math.max((chunk >> 3) + 1, 2 * this.#bits.length));
      more.set(this.#bits);
      this.#bits = more;
    }
    this.#bits[chunk >> 3] = (this.#bits[chunk >> 3] ?? 0) | (1 << (chunk & 7));
    this.size++;
    return true;
  }
}

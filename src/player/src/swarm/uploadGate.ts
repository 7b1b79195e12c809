/**
 * How much a peer takes on to send: what is asked of it while more than a moment's work lies ahead is refused at once, so that who asks goes to another instead of
 * waiting. Knows the rate only; what a line bears is measured elsewhere.
 */
export class UploadGate {
  #freeAt = 0;

  /** @param bytesPerMs The rate, at most what the owner allows. @param patienceMs Most work that lies ahead. */
  constructor(
    public bytesPerMs: number,
    private readonly patienceMs = 600,
  ) {}

  /** Nothing that was taken on lies ahead. */
  isFree(now: number): boolean {
    return this.#freeAt <= now;
  }

  /** Nothing of what was taken on is sent any more. */
  clear(): void {
    this.#freeAt = 0;
  }

  /** So many bytes that were taken on are not sent after all. */
  giveBack(bytes: number): void {
    if (this.bytesPerMs > 0) this.#freeAt -= bytes / this.bytesPerMs;
  }

  /** When the first of so many bytes may go out and the last will have; undefined if there is too much to do. */
  tryTake(bytes: number, now: number): { readonly from: number; readonly until: number } | undefined {
    if (this.bytesPerMs <= 0 || this.#freeAt - now > this.patienceMs) return undefined;
    const from = Math.max(this.#freeAt, now);
    this.#freeAt = from + bytes / this.bytesPerMs;
    return { from, until: this.#freeAt };
  }
}

/** A newcomer gives before it has got much: else a crowd that comes at once would wait for itself. */
const first = 2 * 2 ** 20;
/** What came long ago is no reason to send all the more now. */
const most = 8 * 2 ** 20;

/** Nobody sends more than it gets: each byte that came, from wherever, is one that may be sent, soon or not at all. */
export class UploadCredit {
  #left = first;
  #seen = 0;

  /** @param received All bytes that came so far. */
  constructor(private readonly received: () => number) {}

  tryTake(bytes: number): boolean {
    const received = this.received();
    this.#left = Math.min(most, this.#left + Math.max(0, received - this.#seen));
    this.#seen = received;
    if (this.#left < bytes) return false;
    this.#left -= bytes;
    return true;
  }

  /** What was taken and not sent after all. */
  giveBack(bytes: number): void {
    this.#left = Math.min(most, this.#left + bytes);
  }
}

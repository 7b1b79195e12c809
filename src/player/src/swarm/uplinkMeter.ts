/** A channel as it is looked at: bytes that were ever given to it, and those of them that have not left. */
export interface ChannelLook {
  readonly given: number;
  readonly backlog: number;
}

/** Before anything was measured: 12.5 Mb/s. In bytes a millisecond, as all rates here. */
const assumed = 1562;
const [least, most] = [16, 12_500];
/** So many looks are a turn; a channel that had something left in so many of them was never without work. */
const [looksOfTurn, looksBusy] = [10, 9];
/** A channel begins slowly (RFC 9260 §7.2.1) and lets go by fits and starts: full is a line that was it for so many turns, and it bears what it did in the best of them. */
const turnsFull = 4;
/** A line that was full is not tried with more for so long. */
const holdMs = 30_000;
/** Of what may be sent, so much must have left to say that the line may bear more. */
const wellUsed = 0.8;
const growth = 1.15;

interface Seen {
  readonly left: number;
  looksBusy: number;
}

/**
 * What our line takes, from what channels let go of. Browsers have an estimate of their own (`availableOutgoingBitrate`), but for pictures and sound alone: of data channels it
 * knows nothing. So a rate counts as measured when most channels in use were never without work: then the line was the bound, and not what was asked of us. A single one that is
 * full has a slow line at its other end, which says nothing of ours.
 */
export class UplinkMeter<Channel> {
  #estimate = assumed;
  /** Of this turn: what had left each channel at its beginning, and how often it was seen with work. */
  #seen = new Map<Channel, Seen>();
  #used = new Set<Channel>();
  #looks = 0;
  #begunAt = 0;
  /** Rates of the last turns, and of those one after the other with a full line. */
  #lately: number[] = [];
  #full: number[] = [];
  #holdsUntil = 0;

  /** Bytes a millisecond that the line takes as far as is known. */
  get rate(): number {
    return this.#estimate;
  }

  /** Bytes a millisecond that really left, in the best of the last turns. */
  get lately(): number {
    return Math.max(0, ...this.#lately);
  }

  /**
   * Takes a look: several a turn, at even times.
   * @param allowed Bytes a millisecond that were allowed since the last.
   */
  look(channels: ReadonlyMap<Channel, ChannelLook>, allowed: number, now: number): void {
    for (const [channel, { given, backlog }] of channels) {
      const seen = this.#seen.get(channel) ?? { left: given - backlog, looksBusy: 0 };
      this.#seen.set(channel, seen);
      if (backlog > 0) seen.looksBusy++;
      if (backlog > 0 || given - backlog > seen.left) this.#used.add(channel);
    }
    if (this.#looks++ === 0) this.#begunAt = now;
    if (this.#looks > looksOfTurn) this.#turn(channels, allowed, now);
  }

  /** Nothing was under way for a while: what was looked at last says nothing of the next time. */
  rest(): void {
    this.#begin();
    this.#full = [];
    this.#lately = [];
  }

  #turn(channels: ReadonlyMap<Channel, ChannelLook>, allowed: number, now: number): void {
    const bytes = [...channels].reduce((sum, [channel, { given, backlog }]) => sum + given - backlog - (this.#seen.get(channel)?.left ?? given - backlog), 0);
    const rate = Math.max(0, bytes) / Math.max(1, now - this.#begunAt);
    const busy = [...this.#used].filter((channel) => (this.#seen.get(channel)?.looksBusy ?? 0) >= looksBusy).length;
    const isFull = 2 * busy > this.#used.size;
    this.#lately = [...this.#lately, rate].slice(-turnsFull);
    this.#full = isFull ? [...this.#full, rate].slice(-turnsFull) : [];
    if (this.#full.length === turnsFull) {
      this.#estimate = bounded(Math.max(...this.#full));
      this.#holdsUntil = now + holdMs;
    } else if (!isFull && now >= this.#holdsUntil && this.lately >= wellUsed * allowed) {
      this.#estimate = bounded(this.#estimate * growth ** ((now - this.#begunAt) / 1000));
    }
    this.#begin();
    this.look(channels, allowed, now);
  }

  #begin(): void {
    this.#seen.clear();
    this.#used.clear();
    this.#looks = 0;
  }
}

function bounded(rate: number): number {
  return Math.min(most, Math.max(least, rate));
}

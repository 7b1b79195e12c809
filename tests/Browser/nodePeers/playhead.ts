/** Shorter ones nobody sees. */
const shortestStallMs = 200;

/**
 * A player without a picture: how much of each track is there, and where playback is. It goes on with the clock while every track has something ahead, and stands where one has
 * not. All times in milliseconds.
 */
export class Playhead {
  /** How long each stall took, since playback began. The one that goes on now is not among them. */
  readonly stalls: number[] = [];
  /** When the first of each track was there. */
  startedAt: number | undefined;
  readonly #ends: number[];
  #position = 0;
  #movedAt = 0;
  #stoodAt: number | undefined;

  constructor(tracks: number) {
    this.#ends = Array.from({ length: tracks }, () => 0);
  }

  /** How much can be played without anything more. */
  ahead(now: number): number {
    this.#move(now);
    return Math.min(...this.#ends) - this.#position;
  }

  /** Until the end of what is there of a track is played. */
  untilEnd(track: number, now: number): number {
    this.#move(now);
    return (this.#ends[track] ?? 0) - this.#position;
  }

  arrived(track: number, milliseconds: number, now: number): void {
    this.#move(now);
    this.#ends[track] = (this.#ends[track] ?? 0) + milliseconds;
    if (Math.min(...this.#ends) <= this.#position) return;
    this.startedAt ??= now;
    if (this.#stoodAt !== undefined && now - this.#stoodAt >= shortestStallMs) this.stalls.push(Math.round(now - this.#stoodAt));
    this.#stoodAt = undefined;
  }

  /** Milliseconds that it stands already. */
  stands(now: number): number {
    this.#move(now);
    return this.#stoodAt === undefined ? 0 : now - this.#stoodAt;
  }

  #move(now: number): void {
    const passed = now - this.#movedAt;
    this.#movedAt = now;
    if (this.startedAt === undefined || this.#stoodAt !== undefined) return;
    const end = Math.min(...this.#ends);
    if (this.#position + passed <= end) {
      this.#position += passed;
      return;
    }
    this.#stoodAt = now - (this.#position + passed - end);
    this.#position = end;
  }
}

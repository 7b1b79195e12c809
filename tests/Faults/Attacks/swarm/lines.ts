import type { Bytes } from "../../../../src/player/src/verify/bytes.js";
import type { Channel } from "../../../../src/player/src/swarm/linkSession.js";
import type { Time } from "./time.js";

/** A peer's line up: what is given to it leaves in order, at its rate. */
export class Line {
  #freeAt = 0;
  /** Bytes that were given to it. */
  given = 0;

  /** @param rate Bytes a millisecond. */
  constructor(
    private readonly rate: number,
    private readonly time: Time,
  ) {}

  /** When the last of so many bytes has left. */
  take(bytes: number): number {
    this.given += bytes;
    this.#freeAt = Math.max(this.#freeAt, this.time.now) + bytes / this.rate;
    return this.#freeAt;
  }
}

/** Where messages come out. */
export interface WayIn {
  received(message: Bytes): void;
  closed(): void;
}

/** One end of a channel between two pages: whole messages, in order, each after its sender's line and the way. */
export class WayOut implements Channel {
  readonly #leaving: { readonly at: number; readonly bytes: number }[] = [];
  #isClosed = false;
  #isCut = false;

  /**
   * @param delayMs One way.
   * @param there The other end.
   */
  constructor(
    private readonly line: Line,
    private readonly time: Time,
    private readonly delayMs: number,
    private readonly there: () => WayIn | undefined,
  ) {}

  send(message: Bytes): void {
    if (this.#isClosed) return;
    const at = this.line.take(message.length);
    this.#leaving.push({ at, bytes: message.length });
    this.time.at(at + this.delayMs, () => this.#isCut || this.there()?.received(message));
  }

  close(atOnce = false): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isCut = atOnce;
    this.time.at(Math.max(this.time.now, this.#leaving.at(-1)?.at ?? 0) + this.delayMs, () => this.there()?.closed());
  }

  get backlog(): number {
    while (this.#leaving[0] && this.#leaving[0].at <= this.time.now) this.#leaving.shift();
    return this.#leaving.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

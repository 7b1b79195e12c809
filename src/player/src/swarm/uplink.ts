import type { Clock } from "./clock.js";
import { UploadGate } from "./uploadGate.js";
import { type ChannelLook, UplinkMeter } from "./uplinkMeter.js";

/** What of a link is looked at. */
export interface UplinkChannel {
  readonly isUp: boolean;
  /** Bytes that were ever sent over it. */
  readonly given: number;
  readonly backlog: number;
}

/** The rest is the household's. */
const ourShare = 0.8;
const lookEveryMs = 25;
/** With nothing sent for so long, looking ends. */
const idleMs = 2_000;
/** With no more left than leaves until the next look, a channel is given another message: so little waits in it that sending ends soon after it is told to. */
const leastLeft = 16_384;

/** The line up: how much of it may be used, which follows what it is seen to take. */
export class Uplink {
  readonly gate: UploadGate;
  readonly #meter = new UplinkMeter<UplinkChannel>();
  readonly #channels = new Set<UplinkChannel>();
  #usedAt = 0;
  #isLooking = false;

  /** @param bound Bytes a millisecond that the owner or the platform allows. */
  constructor(
    private readonly clock: Clock,
    private readonly bound: number,
  ) {
    this.gate = new UploadGate(this.allowed);
  }

  /** Bytes a millisecond that may be sent. */
  get allowed(): number {
    return Math.min(this.bound, ourShare * this.#meter.rate);
  }

  /** Whether a message that is to be sent now would only wait. */
  isFull(channel: UplinkChannel): boolean {
    return channel.backlog > Math.max(leastLeft, lookEveryMs * this.#meter.lately);
  }

  /** Something is about to be sent. */
  uses(channel: UplinkChannel): void {
    this.#channels.add(channel);
    this.#usedAt = this.clock.now;
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#look();
  }

  #look(): void {
    const { now } = this.clock;
    for (const channel of this.#channels) if (!channel.isUp) this.#channels.delete(channel);
    if (now - this.#usedAt > idleMs && ![...this.#channels].some(({ backlog }) => backlog > 0)) {
      this.#isLooking = false;
      this.#channels.clear();
      this.#meter.rest();
      return;
    }
    this.#meter.look(new Map([...this.#channels].map((channel): [UplinkChannel, ChannelLook] => [channel, { given: channel.given, backlog: channel.backlog }])), this.allowed, now);
    this.gate.bytesPerMs = this.allowed;
    this.clock.after(lookEveryMs, () => this.#look());
  }
}

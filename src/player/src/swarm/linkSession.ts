import type { Admission } from "../peering/admission.js";
import type { LinkHandshake, LinkStep } from "../peering/linkHandshake.js";
import { type ByeReason, type PeerMessage, readMessage, writeMessage } from "../peering/messages.js";
import type { Bytes } from "../verify/bytes.js";
import type { LinkId, Offence } from "./actions.js";
import type { Clock } from "./clock.js";

/** A data channel, a WebSocket, or what a test puts in their place: whole messages, in order. */
export interface Channel {
  send(message: Bytes): void;
  /** @param atOnce Nothing more is taken, whatever is on its way: the other end sends what it should not. Else what was sent last is let out. */
  close(atOnce?: boolean): void;
  /** Bytes that were given to it and have not left yet. */
  readonly backlog: number;
}

/** Why a link is no more: an offence of the other's, a handshake that failed, or somebody left. */
export type LinkEnd = { readonly offence: Offence } | { readonly refused: LinkStep } | { readonly left: "us" | "them" | "silence" | "slow" };

export interface LinkOwner {
  up(link: LinkSession, other: Admission): void;
  /** Anything but what a link settles by itself. The next message is taken when this is done. */
  took(link: LinkSession, message: PeerMessage): Promise<void> | void;
  down(link: LinkSession, why: LinkEnd): void;
}

/** A channel that lets go of nothing any more holds so many bytes at most: chunks wait long before, so this is what little else we say. */
const maxBacklog = 4 * 2 ** 20;
/** Messages that may wait to be looked at. Chunks are asked for, so an honest peer has far fewer under way. */
const maxWaiting = 128;
/** Messages that may come at once, and each second after: 100 Mb/s of chunks are 200 a second. */
const burst = 2000;
const perSecond = 1000;

/** A link from its first message to its last: the handshake, then one message after the other. */
export class LinkSession {
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();
  #isUp = false;
  #isDown = false;
  #budget = burst;
  #budgetAt: number;
  /** Bytes of messages, in and out. */
  taken = 0;
  given = 0;

  constructor(
    readonly id: LinkId,
    private readonly channel: Channel,
    private readonly handshake: LinkHandshake,
    private readonly owner: LinkOwner,
    private readonly clock: Clock,
    /** The platform's time in Unix seconds. */
    private readonly platformTime: () => number,
  ) {
    this.#budgetAt = clock.now;
    this.#give(handshake.hello());
  }

  get isUp(): boolean {
    return this.#isUp && !this.#isDown;
  }

  /** Who is at the other end, once the link is up. */
  get other(): Admission | undefined {
    return this.#isUp ? this.handshake.other : undefined;
  }

  send(message: Exclude<PeerMessage, { type: "optional" }>): void {
    if (!this.isUp) return;
    if (this.channel.backlog > maxBacklog) this.leave(1, "slow");
    else this.#give(writeMessage(message));
  }

  /** Bytes on their way out that have not left yet. */
  get backlog(): number {
    return this.channel.backlog;
  }

  /** A message came. Its buffer must not be used for another. */
  received(message: Bytes): void {
    if (this.#isDown) return;
    if (++this.#waiting > maxWaiting || !this.#spend()) {
      this.cut("too-much");
      return;
    }
    this.taken += message.length;
    // A fault of ours must not leave a link that takes nothing more.
    this.#last = this.#last.then(() => this.#take(message)).catch(() => this.leave(1)).finally(() => this.#waiting--);
  }

  /** The channel is closed. */
  closed(): void {
    this.#end({ left: "them" });
  }

  leave(reason: ByeReason, left: "us" | "silence" | "slow" = "us"): void {
    this.#end({ left }, reason);
  }

  cut(offence: Offence): void {
    this.#end({ offence }, 4);
  }

  #give(message: Bytes): void {
    this.given += message.length;
    this.channel.send(message);
  }

  #spend(): boolean {
    const { now } = this.clock;
    this.#budget = Math.min(burst, this.#budget + ((now - this.#budgetAt) * perSecond) / 1000) - 1;
    this.#budgetAt = now;
    return this.#budget >= 0;
  }

  async #take(bytes: Bytes): Promise<void> {
    if (this.#isDown) return;
    if (!this.#isUp) {
      await this.#shake(bytes);
      return;
    }
    const message = readMessage(bytes);
    if (!message) {
      this.cut("unreadable");
      return;
    }
    switch (message.type) {
      case "hello":
      case "proof":
        this.cut("not-asked");
        return;
      case "ping":
        this.send({ type: "pong", token: message.token });
        return;
      case "bye":
        this.#end({ left: "them" });
        return;
      case "optional":
        return;
      default:
        await this.owner.took(this, message);
    }
  }

  async #shake(bytes: Bytes): Promise<void> {
    const step = await this.handshake.take(bytes, this.platformTime());
    if (this.#isDown) return;
    if (step.send) this.#give(step.send);
    if (step.refusal) this.#end({ refused: step });
    if (!step.isUp || !this.handshake.other) return;
    this.#isUp = true;
    this.owner.up(this, this.handshake.other);
  }

  #end(why: LinkEnd, bye?: ByeReason): void {
    if (this.#isDown) return;
    this.#isDown = true;
    if (bye) this.#give(writeMessage({ type: "bye", reason: bye }));
    this.channel.close("offence" in why);
    this.owner.down(this, why);
  }
}

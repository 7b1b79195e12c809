import type { Admission } from "../peering/admission.js";
import type { LinkHandshake, LinkStep } from "../peering/linkHandshake.js";
import { type ByeReason, type PeerMessage, readMessage, writeMessage } from "../peering/messages.js";
import { linkName } from "../peering/receipts.js";
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
export type LinkEnd = { readonly offence: Offence } | { readonly refused: LinkStep } | { readonly left: "us" | "them" | "silence" | "slow" | "idle" };

export interface LinkOwner {
  up(link: LinkSession, other: Admission): void;
  /** Looks at a message the moment it comes, before those that came earlier are through and before anything is hashed: what shows to be wrong with it. */
  screen(link: LinkSession, message: PeerMessage): Offence | undefined;
  /** Anything but what a link settles by itself. The next message is taken when this is done. */
  took(link: LinkSession, message: PeerMessage): Promise<void> | void;
  down(link: LinkSession, why: LinkEnd): void;
}

/** A channel that lets go of nothing any more holds so many bytes at most: chunks wait long before, so this is what little else we say. */
const maxBacklog = 4 * 2 ** 20;
/** Messages that may wait to be looked at. Chunks are asked for, so an honest peer has far fewer under way. */
const maxWaiting = 128;
/** What may come over a link. */
export const linkBudget = {
  /** Messages at once, and each second after: 100 Mb/s of chunks are 200 a second. */
  burst: 2000,
  perSecond: 1000,
  /** Bytes of what was not asked for, at once and each second after: who has much says so in 30 kB, and each request is 25 bytes. */
  talkBurst: 2 ** 16,
  talkPerSecond: 2 ** 14,
};

/** A link from its first message to its last: the handshake, then one message after the other. */
export class LinkSession {
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();
  #isUp = false;
  #isDown = false;
  #budget = linkBudget.burst;
  #talk = linkBudget.talkBurst;
  #budgetAt: number;
  #name: Promise<Bytes> | undefined;
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

  /** Its admission, as it was shown. */
  get otherToken(): string {
    return this.handshake.otherToken;
  }

  /** The link's name in receipts. */
  name(): Promise<Bytes> {
    const [offerer, answerer] = this.handshake.nonces ?? [];
    return (this.#name ??= offerer && answerer ? linkName(offerer, answerer) : Promise.reject(new Error("hands were not shaken")));
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
  received(bytes: Bytes): void {
    if (this.#isDown) return;
    this.taken += bytes.length;
    this.#earn();
    if (++this.#waiting > maxWaiting || --this.#budget < 0) {
      this.cut("too-much");
      return;
    }
    const message = this.#isUp ? this.#screened(bytes) : undefined;
    if (this.#isDown) return;
    // A fault of ours must not leave a link that takes nothing more.
    this.#last = this.#last.then(() => this.#take(bytes, message)).catch(() => this.leave(1)).finally(() => this.#waiting--);
  }

  /** The channel is closed. */
  closed(): void {
    this.#end({ left: "them" });
  }

  leave(reason: ByeReason, left: "us" | "silence" | "slow" | "idle" = "us"): void {
    this.#end({ left }, reason);
  }

  cut(offence: Offence): void {
    this.#end({ offence }, 4);
  }

  #give(message: Bytes): void {
    this.given += message.length;
    this.channel.send(message);
  }

  #earn(): void {
    const { now } = this.clock;
    const seconds = (now - this.#budgetAt) / 1000;
    this.#budget = Math.min(linkBudget.burst, this.#budget + seconds * linkBudget.perSecond);
    this.#talk = Math.min(linkBudget.talkBurst, this.#talk + seconds * linkBudget.talkPerSecond);
    this.#budgetAt = now;
  }

  // What is wrong already by its head ends the link here: whatever comes behind it in the channel is not looked at any more.
  #screened(bytes: Bytes): PeerMessage | undefined {
    const message = readMessage(bytes);
    const offence = message ? this.#offenceIn(message, bytes.length) : "unreadable";
    if (offence) this.cut(offence);
    return message;
  }

  #offenceIn(message: PeerMessage, length: number): Offence | undefined {
    if (message.type === "hello" || message.type === "proof") return "not-asked";
    const offence = this.owner.screen(this, message);
    const isAnswer = message.type === "chunks" || message.type === "piece";
    if (!offence && !isAnswer && (this.#talk -= length) < 0) return "too-much";
    return offence;
  }

  async #take(bytes: Bytes, screened: PeerMessage | undefined): Promise<void> {
    if (this.#isDown) return;
    if (!this.#isUp) {
      await this.#shake(bytes);
      return;
    }
    // What came while hands were shaken was not looked at yet.
    const message = screened ?? this.#screened(bytes);
    if (!message || !this.isUp) return;
    switch (message.type) {
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

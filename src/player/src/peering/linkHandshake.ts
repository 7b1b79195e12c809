import { type Bytes, sameBytes } from "../verify/bytes.js";
import { type Admission, type AdmissionRefusal, type Platform, verifyAdmission } from "./admission.js";
import { type ByeReason, readMessage, writeMessage } from "./messages.js";
import type { PeerKey } from "./peerKey.js";
import { type Channel, type Link, linkBytes, type LinkSide, verifyLink } from "./proofs.js";

/** Who this side is. */
export interface LinkSelf {
  readonly key: PeerKey;
  readonly token: string;
  readonly admission: Admission;
}

export type LinkRefusal = "malformed" | "not-admitted" | "revoked" | "oneself" | "relays-only" | "wrong-origin" | "not-proved";

/** What is to be done after a message: send something, or nothing; go on as a link; or say bye and close. */
export interface LinkStep {
  readonly send?: Bytes;
  readonly isUp?: true;
  readonly refusal?: LinkRefusal;
  /** What is wrong with the other's admission. */
  readonly admission?: AdmissionRefusal;
}

/**
 * One side of a link's beginning (docs/formats/peer-proofs.md): both say hello, each checks the other's admission and then proves its own key over this channel.
 * Knows no network and no clock; whoever drives it gives it the messages one after the other, each when the last was answered.
 */
export class LinkHandshake {
  readonly #nonce: Bytes = crypto.getRandomValues(new Uint8Array(32));
  #link: Link | undefined;
  #isOver = false;
  /** Who the other is, from when its hello was taken; to be believed once the link is up. */
  other: Admission | undefined;
  /** The admission as it was shown. */
  otherToken = "";

  /** The nonces of both `hello`, once the other's was taken: the offerer's, the answerer's. */
  get nonces(): readonly [Bytes, Bytes] | undefined {
    return this.#link && [this.#link.offerer.nonce, this.#link.answerer.nonce];
  }

  constructor(
    private readonly platform: Platform,
    private readonly self: LinkSelf,
    private readonly side: LinkSide,
    private readonly channel: Channel,
    private readonly isRevoked: (admission: Admission) => boolean,
  ) {}

  /** The first message. */
  hello(): Bytes {
    return writeMessage({ type: "hello", nonce: this.#nonce, admission: this.self.token });
  }

  /** Takes the other's next message. `now` is the platform's time in Unix seconds, as far as known. */
  async take(message: Bytes, now: number): Promise<LinkStep> {
    if (this.#isOver) throw new Error("the handshake is over");
    const step = await (this.#link ? this.#takeProof(this.#link, message) : this.#takeHello(message, now));
    if (step.isUp || step.refusal) this.#isOver = true;
    return step;
  }

  async #takeHello(message: Bytes, now: number): Promise<LinkStep> {
    const hello = readMessage(message);
    if (hello?.type !== "hello") return refuse("malformed", 4);
    const { admission: own } = this.self;
    const { refusal, admission: other } = await verifyAdmission(hello.admission, this.platform, own.broadcast, now);
    if (!other) return { ...refuse("not-admitted", 3), ...(refusal ? { admission: refusal } : {}) };
    const forbidden = this.#forbidden(other);
    if (forbidden) return refuse(forbidden, 3);

    const mine = { key: this.self.key.publicKey, nonce: this.#nonce };
    // A copy: the message is a view of a buffer that may be used again.
    const theirs = { key: other.key, nonce: hello.nonce.slice() };
    const [offerer, answerer] = this.side === "offerer" ? [mine, theirs] : [theirs, mine];
    this.#link = { broadcast: own.broadcast, offerer, answerer, channel: this.channel };
    this.other = other;
    this.otherToken = hello.admission;
    return { send: writeMessage({ type: "proof", signature: await this.self.key.sign(await linkBytes(this.#link, this.side)) }) };
  }

  async #takeProof(link: Link, message: Bytes): Promise<LinkStep> {
    const proof = readMessage(message);
    if (proof?.type !== "proof") return refuse("malformed", 4);
    const otherSide = this.side === "offerer" ? "answerer" : "offerer";
    if (!(await verifyLink(link, otherSide, proof.signature))) return refuse("not-proved", 3);
    // Asked again: whoever waits with its proof may have been revoked meanwhile.
    return this.other && this.isRevoked(this.other) ? refuse("revoked", 3) : { isUp: true };
  }

  #forbidden(other: Admission): LinkRefusal | undefined {
    const { admission: own, key } = this.self;
    if (this.isRevoked(other)) return "revoked";
    if (sameBytes(other.key.bytes, key.publicKey.bytes) || other.peer === own.peer) return "oneself";
    if ((own.isPrivate || other.isPrivate) && own.role === "viewer" && other.role === "viewer") return "relays-only";
    // Who connects knows the origin that it wrote; the relay's admission must be of it.
    return this.side === "offerer" && "origin" in this.channel && other.origin !== this.channel.origin ? "wrong-origin" : undefined;
  }
}

function refuse(refusal: LinkRefusal, reason: ByeReason): LinkStep {
  return { refusal, send: writeMessage({ type: "bye", reason }) };
}

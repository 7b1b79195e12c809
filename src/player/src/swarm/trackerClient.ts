import type { LinkSelf } from "../peering/linkHandshake.js";
import { joinBytes } from "../peering/proofs.js";
import type { Bytes } from "../verify/bytes.js";
import type { Clock } from "./clock.js";
import { type FromTracker, maxTrackerMessage, readTrackerMessage, type ToTracker, writeTrackerMessage } from "./trackerMessages.js";

/** What of a WebSocket is used. */
export interface TextSocket {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(text: string): void;
  close(): void;
}

export interface TrackerParts {
  readonly open: (address: string) => TextSocket;
  readonly clock: Clock;
  /** At least 0, below 1. */
  readonly chance: () => number;
  /** Who joins: the newest admission. */
  readonly self: () => LinkSelf;
  readonly tracks: () => readonly string[];
  /** With whom we parted after an offence: a tracker that was started anew has forgotten. */
  readonly parted: () => readonly string[];
  /** Anything but a challenge. */
  readonly said: (message: Exclude<FromTracker, { type: "challenge" | "optional" }>) => void;
  /** The connection is lost; another is made by itself. Peer ids are good for nothing any more. */
  readonly lost: () => void;
}

const firstRestMs = 500;
const longestRestMs = 30_000;
/** A connection that held for so long was good: the next is made soon. */
const goodMs = 10_000;
/** A challenge and the answer to our join come within so long, or never. */
const joinMs = 10_000;
/** Below the tracker's bounds of 20 a second and 200 at once. */
const perSecond = 15;
const burst = 150;
/** More than this waiting to be sent is for nobody any more. */
const maxQueued = 600;
/** After these nothing changes by asking again with the same admission. */
const lasting = new Set(["wrong-audience", "revoked", "bad-key"]);

/** The connection to a tracker: joins with a proof, is made anew when it is lost, and says to the page what the tracker says. */
export class TrackerClient {
  #socket: TextSocket | undefined;
  /** Where it is. */
  #address = "";
  #nonce: Bytes | undefined;
  #isJoined = false;
  #isClosed = false;
  #failures = 0;
  #budget = burst;
  #budgetAt = 0;
  #isDraining = false;
  readonly #queue: ToTracker[] = [];
  /** Why the tracker would not have us, as it said last. */
  refusal: string | undefined;

  constructor(private readonly parts: TrackerParts) {
    this.#budgetAt = parts.clock.now;
    this.#connect();
  }

  get isJoined(): boolean {
    return this.#isJoined;
  }

  /** Says something; nothing before the join and after the end. */
  say(message: Exclude<ToTracker, { type: "join" | "renew" }>): void {
    if (this.#isJoined && this.#queue.length < maxQueued) this.#put(message);
  }

  /** Shows the newer admission that {@link TrackerParts.self} gives from now on; where it names another tracker, it is shown there. */
  async renew(): Promise<void> {
    if (!this.#isClosed && this.parts.self().admission.tracker !== this.#address) return this.#move();
    const nonce = this.#nonce;
    if (!nonce || !this.#isJoined) return;
    const { token, key, admission } = this.parts.self();
    const proof = await key.sign(await joinBytes(admission.tracker, nonce, token));
    if (this.#nonce === nonce && this.#isJoined) this.#put({ type: "renew", admission: token, proof });
  }

  close(): void {
    this.#isClosed = true;
    this.#drop();
  }

  // The room is another server's now. Links that are up stay so.
  #move(): void {
    const wasThere = this.#socket !== undefined;
    this.#drop();
    if (wasThere) this.parts.lost();
    this.#failures = 0;
    this.#connect();
  }

  #connect(): void {
    const { clock, open, self } = this.parts;
    let socket: TextSocket;
    try {
      this.#address = self().admission.tracker;
      socket = open(this.#address);
    } catch {
      this.#again(0);
      return;
    }
    this.#socket = socket;
    const begun = clock.now;
    // Until the tracker has taken it, one message after the other.
    let last = Promise.resolve();
    socket.onmessage = ({ data }) => {
      last = last.then(() => (this.#socket === socket ? this.#take(socket, data) : undefined)).catch(() => this.#fail(socket, begun));
    };
    socket.onclose = () => this.#fail(socket, begun);
    clock.after(joinMs, () => this.#socket === socket && !this.#isJoined && this.#fail(socket, begun));
  }

  async #take(socket: TextSocket, data: unknown): Promise<void> {
    const message = typeof data === "string" && data.length <= maxTrackerMessage ? readTrackerMessage(data) : undefined;
    if (!message) throw new Error("unreadable");
    if (message.type === "optional") return;
    if (message.type === "challenge") {
      // Signing a second one would let a tracker have as many proofs as it likes.
      if (this.#nonce) throw new Error("challenged twice");
      this.#nonce = message.nonce;
      const { token, key, admission } = this.parts.self();
      const proof = await key.sign(await joinBytes(admission.tracker, message.nonce, token));
      if (this.#socket === socket) {
        const parted = this.parts.parted();
        socket.send(writeTrackerMessage({ type: "join", admission: token, proof, tracks: this.parts.tracks(), ...(parted.length === 0 ? {} : { parted }) }));
      }
      return;
    }
    if (message.type === "refused") {
      this.refusal = message.code;
      if (lasting.has(message.code)) this.#isClosed = true;
    } else if (message.type === "joined") {
      if (this.#isJoined || !this.#nonce) throw new Error("joined out of turn");
      this.#isJoined = true;
      this.refusal = undefined;
    } else if (!this.#isJoined) {
      throw new Error("not joined yet");
    }
    this.parts.said(message);
  }

  #fail(socket: TextSocket, begun: number): void {
    if (this.#socket !== socket) return;
    this.#drop();
    this.parts.lost();
    this.#again(this.parts.clock.now - begun);
  }

  #again(held: number): void {
    if (this.#isClosed) return;
    this.#failures = held >= goodMs ? 0 : this.#failures + 1;
    const rest = Math.min(longestRestMs, firstRestMs * 2 ** Math.min(this.#failures, 10));
    // Each page by its own time, so that a tracker that was away is not asked by all at once.
    this.parts.clock.after(rest * (0.5 + this.parts.chance()), () => {
      if (!this.#isClosed && !this.#socket) this.#connect();
    });
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#nonce = undefined;
    this.#isJoined = false;
    this.#queue.length = 0;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #put(message: ToTracker): void {
    this.#queue.push(message);
    if (!this.#isDraining) this.#drain();
  }

  // The tracker ends a connection that says too much: what is over the rate waits.
  #drain(): void {
    const { clock } = this.parts;
    this.#isDraining = false;
    this.#budget = Math.min(burst, this.#budget + ((clock.now - this.#budgetAt) * perSecond) / 1000);
    this.#budgetAt = clock.now;
    while (this.#queue.length > 0 && this.#budget >= 1 && this.#socket) {
      this.#budget--;
      const message = this.#queue.shift();
      if (message) this.#socket.send(writeTrackerMessage(message));
    }
    if (this.#queue.length === 0) return;
    this.#isDraining = true;
    clock.after(1000 / perSecond, () => this.#drain());
  }
}

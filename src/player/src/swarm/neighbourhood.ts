import { type Admission, leeway } from "../peering/admission.js";
import type { Bytes } from "../verify/bytes.js";
import type { IceServer } from "./admissions.js";
import type { Clock } from "./clock.js";
import type { Connecting, ConnectingParts, LinkFailure } from "./connecting.js";
import type { LinkEnd, LinkSession } from "./linkSession.js";
import { PeerConnection } from "./peerConnection.js";
import { type BinarySocket, RelayConnection } from "./relayConnection.js";
import type { SwarmNode } from "./swarmNode.js";
import type { Introduction, SignalKind, ToTracker, UnlinkReason } from "./trackerMessages.js";

/** A neighbour as the page may show it. */
export interface Neighbour extends Introduction {
  readonly isUp: boolean;
  /** Bytes that came from it, and that went to it. */
  readonly taken: number;
  readonly given: number;
  /** Milliseconds there and back, where it was measured. */
  readonly rtt: number | undefined;
}

/** A link that did not form or did not last, and why, in a word. */
export interface LostLink {
  readonly role: Introduction["role"];
  readonly near: Introduction["near"];
  readonly why: string;
}

export interface NeighbourhoodParts {
  readonly node: SwarmNode;
  readonly clock: Clock;
  /** The platform's time in Unix seconds. */
  readonly platformTime: () => number;
  readonly broadcastId: string;
  readonly connect: (settings: RTCConfiguration) => RTCPeerConnection;
  readonly openRelay: (address: string) => BinarySocket;
  readonly iceServers: () => readonly IceServer[];
  /** Whether other viewers may be linked with; relays always may. */
  readonly takesViewers: () => boolean;
  readonly say: (message: Extract<ToTracker, { type: "signal" | "linked" | "unlink" | "more" }>) => void;
  readonly changed: () => void;
}

interface Known {
  readonly introduced: Introduction;
  connection?: Connecting;
  session?: LinkSession;
  isUp: boolean;
  rtt?: number | undefined;
  /** The tracker does not have it any more under this name. */
  isGone: boolean;
  /** The admission that it has shown on the link is over. */
  isOver: boolean;
}

/** With fewer viewers, the tracker is asked for more once some were lost. */
const enough = 8;
const askMoreEveryMs = 5_000;
/** A tracker passes over who asks again sooner. */
const askMoreAtOnceMs = 2_500;
/** Links that never form cost both sides of what they may be introduced to. */
const longestRestMs = 300_000;
const maxLost = 50;
const measureEveryMs = 5_000;
/** Beside the viewers that a tracker allows. */
const maxRelays = 4;

/** The neighbours that a tracker introduced, and the connections to them. */
export class Neighbourhood {
  readonly #known = new Map<string, Known>();
  /** When the tracker was asked for more, and is to be asked next. */
  #askedAt = Number.NEGATIVE_INFINITY;
  #asksAt = Number.POSITIVE_INFINITY;
  /** Links that failed, since the last that came up. */
  #failures = 0;
  #maxLinks = 16;
  #isOver = false;
  /** Links that are no more, newest last. */
  lost: readonly LostLink[] = [];

  constructor(private readonly parts: NeighbourhoodParts) {}

  get neighbours(): Neighbour[] {
    return [...this.#known.values()].map(({ introduced, isUp, session, rtt }) => ({ ...introduced, isUp, taken: session?.taken ?? 0, given: session?.given ?? 0, rtt }));
  }

  bound(maxLinks: number): void {
    this.#maxLinks = maxLinks;
  }

  introduce(introduced: Introduction): void {
    const { peer, role, origin, offers } = introduced;
    const isViewer = role === "viewer";
    const alike = isViewer ? this.#viewers : this.#known.size - this.#viewers;
    if (this.#isOver || this.#known.has(peer) || alike >= (isViewer ? this.#maxLinks : maxRelays) || (isViewer && !this.parts.takesViewers())) return;
    const known: Known = { introduced, isUp: false, isGone: false, isOver: false };
    this.#known.set(peer, known);
    const parts = this.#connecting(known);
    const { clock, broadcastId, connect, openRelay, iceServers, say } = this.parts;
    try {
      known.connection = origin === undefined
        ? new PeerConnection({
            ...parts, create: connect, iceServers: iceServers(), offers, clock, signal: (kind, text) => say({ type: "signal", peer, kind, text }),
          })
        : new RelayConnection({ ...parts, open: openRelay, origin, broadcastId, clock });
    } catch {
      this.#failed(known, "unreachable");
    }
    this.parts.changed();
  }

  signal(peer: string, kind: SignalKind, text: string): void {
    const { connection } = this.#known.get(peer) ?? {};
    if (connection instanceof PeerConnection) connection.signal(kind, text);
  }

  /** The tracker knows it no more. A link that is up goes on without: until it ends by itself, or the admission is over that it began with. */
  gone(peer: string): void {
    const known = this.#known.get(peer);
    if (known) this.#isGone(known);
  }

  /** The tracker is away: who is not linked yet cannot be reached any more, and the others have no name there. */
  trackerLost(): void {
    for (const known of [...this.#known.values()]) this.#isGone(known);
  }

  close(): void {
    this.#isOver = true;
    this.parts.node.leave();
    for (const known of [...this.#known.values()]) this.#forget(known);
  }

  #connecting(known: Known): ConnectingParts {
    const { node } = this.parts;
    const { origin, offers } = known.introduced;
    return {
      opened: (channel, binding) => {
        const session = node.attach(channel, origin !== undefined || offers ? "offerer" : "answerer", binding, {
          up: (other) => void this.#up(known, other),
          down: (why) => this.#down(known, why),
        });
        known.session = session;
        return { received: (message: Bytes) => session.received(message), closed: () => session.closed() };
      },
      failed: (why) => this.#failed(known, why),
    };
  }

  async #up(known: Known, other: Admission): Promise<void> {
    known.isUp = true;
    this.#failures = 0;
    this.parts.clock.after(Math.max(0, 1000 * (other.expiresAt + leeway - this.parts.platformTime())), () => {
      known.isOver = true;
      this.#endUnvouched(known);
    });
    this.parts.changed();
    const rtt = await this.#measure(known);
    this.parts.say({ type: "linked", peer: known.introduced.peer, ...(rtt === undefined ? {} : { rtt: Math.min(60_000, Math.max(0, Math.round(rtt))) }) });
  }

  // Ways change while a link is up.
  async #measure(known: Known): Promise<number | undefined> {
    known.rtt = await known.connection?.roundTrip().catch(() => undefined);
    this.parts.clock.after(measureEveryMs, () => this.#known.get(known.introduced.peer) === known && void this.#measure(known));
    return known.rtt;
  }

  #isGone(known: Known): void {
    known.isGone = true;
    if (known.isUp) this.#endUnvouched(known);
    else {
      this.#forget(known);
      this.#askForMore(false);
    }
  }

  // As long as the tracker has it, its admission was renewed there. Without that word there is only what it has shown on the link.
  #endUnvouched(known: Known): void {
    if (known.isGone && known.isOver) known.session?.leave(1);
  }

  #down(known: Known, why: LinkEnd): void {
    const offence = "offence" in why;
    this.#end(known, wordFor(why), offence ? "offence" : "left" in why ? (why.left === "slow" ? "slow" : why.left === "silence" || why.left === "idle" ? "failed" : "left") : "failed");
  }

  #failed(known: Known, why: LinkFailure): void {
    this.#end(known, why, "failed");
  }

  #end(known: Known, word: string, why: UnlinkReason): void {
    const { peer, role, near } = known.introduced;
    if (this.#known.get(peer) !== known) return;
    this.#forget(known);
    this.lost = [...this.lost.slice(1 - maxLost), { role, near, why: word }];
    this.parts.say({ type: "unlink", peer, why });
    if (!known.isUp) this.#failures++;
    // A relay ends a link when the admission is over that it began with: with the newer one it goes on at once.
    this.#askForMore(known.isUp && role !== "viewer");
    this.parts.changed();
  }

  #forget(known: Known): void {
    this.#known.delete(known.introduced.peer);
    known.connection?.close();
  }

  #askForMore(atOnce: boolean): void {
    const { clock } = this.parts;
    const rest = Math.min(longestRestMs, askMoreEveryMs * 2 ** Math.min(this.#failures, 10));
    const at = Math.max(this.#askedAt + askMoreAtOnceMs, clock.now + (atOnce ? 0 : rest));
    if (this.#isOver || at >= this.#asksAt) return;
    this.#asksAt = at;
    clock.after(at - clock.now, () => {
      // Another was to be sooner.
      if (this.#asksAt !== at) return;
      this.#asksAt = Number.POSITIVE_INFINITY;
      if (this.#isOver || (!atOnce && this.#viewers >= Math.min(enough, this.#maxLinks))) return;
      this.#askedAt = clock.now;
      this.parts.say({ type: "more" });
    });
  }

  get #viewers(): number {
    return [...this.#known.values()].filter(({ introduced }) => introduced.role === "viewer").length;
  }
}

function wordFor(why: LinkEnd): string {
  if ("offence" in why) return `offence:${why.offence}`;
  if ("refused" in why) return `refused:${why.refused.admission ?? why.refused.refusal ?? "unknown"}`;
  return why.left === "them" ? "closed" : why.left;
}

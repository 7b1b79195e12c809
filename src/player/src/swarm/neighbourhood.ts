import type { Bytes } from "../verify/bytes.js";
import type { IceServer } from "./admissions.js";
import type { Clock } from "./clock.js";
import type { Connecting, ConnectingParts, LinkFailure } from "./connecting.js";
import type { LinkEnd } from "./linkSession.js";
import { PeerConnection } from "./peerConnection.js";
import { type BinarySocket, RelayConnection } from "./relayConnection.js";
import type { SwarmNode } from "./swarmNode.js";
import type { Introduction, SignalKind, ToTracker, UnlinkReason } from "./trackerMessages.js";

/** A neighbour as the page may show it. */
export interface Neighbour extends Introduction {
  readonly isUp: boolean;
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
  isUp: boolean;
}

/** With fewer, the tracker is asked for more once some were lost. */
const enough = 8;
const askMoreEveryMs = 5_000;
const maxLost = 50;
/** Beside the viewers that a tracker allows. */
const maxRelays = 4;

/** The neighbours that a tracker introduced, and the connections to them. */
export class Neighbourhood {
  readonly #known = new Map<string, Known>();
  #isAsking = false;
  #maxLinks = 16;
  #isOver = false;
  /** Links that are no more, newest last. */
  lost: readonly LostLink[] = [];

  constructor(private readonly parts: NeighbourhoodParts) {}

  get neighbours(): Neighbour[] {
    return [...this.#known.values()].map(({ introduced, isUp }) => ({ ...introduced, isUp }));
  }

  bound(maxLinks: number): void {
    this.#maxLinks = maxLinks;
  }

  introduce(introduced: Introduction): void {
    const { peer, role, origin, offers } = introduced;
    const isViewer = role === "viewer";
    const alike = this.neighbours.filter((known) => (known.role === "viewer") === isViewer).length;
    if (this.#isOver || this.#known.has(peer) || alike >= (isViewer ? this.#maxLinks : maxRelays) || (isViewer && !this.parts.takesViewers())) return;
    const known: Known = { introduced, isUp: false };
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

  /** The tracker knows it no more. A link that is up goes on without: it ends by itself if its other end is gone. */
  gone(peer: string): void {
    const known = this.#known.get(peer);
    if (known && !known.isUp) this.#forget(known);
  }

  /** The tracker is away: who is not linked yet cannot be reached any more, and the others have no name there. */
  trackerLost(): void {
    for (const known of [...this.#known.values()]) if (!known.isUp) this.#forget(known);
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
          up: () => void this.#up(known),
          down: (why) => this.#down(known, why),
        });
        return { received: (message: Bytes) => session.received(message), closed: () => session.closed() };
      },
      failed: (why) => this.#failed(known, why),
    };
  }

  async #up(known: Known): Promise<void> {
    known.isUp = true;
    this.parts.changed();
    const rtt = await known.connection?.roundTrip().catch(() => undefined);
    this.parts.say({ type: "linked", peer: known.introduced.peer, ...(rtt === undefined ? {} : { rtt: Math.min(60_000, Math.max(0, Math.round(rtt))) }) });
  }

  #down(known: Known, why: LinkEnd): void {
    const offence = "offence" in why;
    this.#end(known, wordFor(why), offence ? "offence" : "left" in why ? (why.left === "slow" ? "slow" : why.left === "silence" ? "failed" : "left") : "failed");
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
    this.#askForMore();
    this.parts.changed();
  }

  #forget(known: Known): void {
    this.#known.delete(known.introduced.peer);
    known.connection?.close();
  }

  #askForMore(): void {
    if (this.#isAsking || this.#isOver) return;
    this.#isAsking = true;
    this.parts.clock.after(askMoreEveryMs, () => {
      this.#isAsking = false;
      if (!this.#isOver && this.#known.size < Math.min(enough, this.#maxLinks)) this.parts.say({ type: "more" });
    });
  }
}

function wordFor(why: LinkEnd): string {
  if ("offence" in why) return `offence:${why.offence}`;
  if ("refused" in why) return `refused:${why.refused.admission ?? why.refused.refusal ?? "unknown"}`;
  return why.left === "them" ? "closed" : why.left;
}

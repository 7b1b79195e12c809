import type { Bytes } from "../verify/bytes.js";
import type { Clock } from "./clock.js";
import type { SegmentPlace } from "./httpOrigin.js";
import type { SegmentFacts } from "./recordBook.js";
import type { BinarySocket } from "./relayConnection.js";
import type { TextSocket } from "./trackerClient.js";

/** What the page gives its swarm. */
export interface SwarmSurroundings {
  readonly server: string;
  readonly broadcast: { readonly id: string; readonly bytes: Bytes };
  /** As the page has checked it: everything in the swarm must lead to it. */
  readonly identity: Bytes;
  readonly viewerToken: string;
  /** The server's name for the playback. */
  readonly playback: () => string | undefined;
  /** The viewer wants no other viewer to learn of this page: relays alone. */
  readonly isPrivate?: boolean;
  /** Checks a record up to the identity, away from the page's own thread. */
  readonly readRecord: (file: Bytes, place: SegmentPlace & { readonly epoch: number }) => Promise<SegmentFacts | undefined>;
  readonly clock: Clock;
  readonly openTracker: (address: string) => TextSocket;
  readonly openRelay: (address: string) => BinarySocket;
  readonly connect: (settings: RTCConfiguration) => RTCPeerConnection;
  readonly changed: () => void;
  /** How playback went so far. */
  readonly viewing: () => { readonly stalls: number; readonly stalledMs: number; readonly latencyMs: number | undefined };
}

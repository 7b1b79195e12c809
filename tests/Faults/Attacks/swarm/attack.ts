import type { PeerMessage } from "../../../../src/player/src/peering/messages.js";
import type { Published } from "./broadcaster.js";
import type { Swarm } from "./swarm.js";
import type { Viewer } from "./viewer.js";

export type Said = Exclude<PeerMessage, { type: "optional" }>;

/** A message, and how much later than usual it goes out. */
export interface Late {
  readonly message: Said | Promise<Said>;
  readonly afterMs: number;
}

/** What one attacker does with what its own peer says and hears. Simpler than the protocol: a real peer does the rest. */
export interface AttackScript {
  /** What goes out in place of a message; undefined: itself. */
  says?(message: Said, to: Viewer): readonly (Said | Late)[] | undefined;
  /** True if its own peer is not to hear of it. */
  hears?(message: PeerMessage, from: Viewer): boolean;
  /** A link is up. */
  meets?(other: Viewer): void;
  /** A segment can be had. */
  sealed?(published: Published): void;
}

/** Makes the script of each attacker. */
export type Attack = (self: Viewer, swarm: Swarm) => AttackScript;
